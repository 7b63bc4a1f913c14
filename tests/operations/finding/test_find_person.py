"""`find_person` lists every table, file, log and mail in which a text of a person stands."""

from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Answer
from quizzes.authoring.models import Quiz
from quizzes.taking import start

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.BAEUM_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.MEDIA_ROOT.mkdir()
    return tmp_path


def found(text: str, *also: Path) -> list[str]:
    out = StringIO()
    call_command("find_person", text, also=list(also), stdout=out)
    return [line.strip() for line in out.getvalue().splitlines()]


def test_columns_and_rows_of_a_person_are_listed(alice: User, enrolment: Enrolment, alice_client: Client) -> None:
    lines = found("ALICE@example.com")
    assert f"accounts_user.email: 1 row ({alice.pk})" in lines
    assert "courses_enrolment (user): 1 row" in lines
    assert "django_session (session_data): 1 row" in lines


def test_korean_inside_json_is_found(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    answer = Answer.objects.create(
        attempt=attempt, question=uuid4(), response={"text": "제 이름은 김하늘이에요"}, saved_at=timezone.now()
    )
    assert f"quizzes_answer.response: 1 row ({answer.pk})" in found("김하늘")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp949"])
def test_uploads_are_read_in_the_encodings_of_korean_desktops(home: Path, encoding: str) -> None:
    path = home / "uploads" / "essay.txt"
    path.write_bytes("작성자: 김하늘".encode(encoding))
    assert str(path) in found("김하늘")


def test_a_text_across_two_chunks_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.finding.files.CHUNK", 16)
    path = home / "server.log"
    path.write_text("x" * 12 + "alice@example.com" + "x" * 30)
    assert str(path) in found("alice@example.com")


def test_names_of_files_count(home: Path) -> None:
    path = home / "uploads" / "Kim-Haneul.pdf"
    path.write_bytes(b"")
    assert str(path) in found("kim-haneul")


def test_mails_are_decoded(home: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "김하늘 님의 한 주"
    message.set_content("안녕하세요, 김하늘 님.", cte="base64")
    path = home / "inbox" / "1.eml"
    path.parent.mkdir()
    path.write_bytes(bytes(message))
    assert str(path) in found("김하늘 님")


def test_logs_that_are_kept_elsewhere_are_searched_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("logs") / "web.log"
    path.write_text("login alice@example.com")
    assert str(path) in found("alice@example.com", path)


def test_the_cache_and_the_database_file_are_not_read_as_files(home: Path) -> None:
    for name in ("cache/1.djcache", "db.sqlite3", "db.sqlite3-wal"):
        path = home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("nobody@example.com")
    assert "It stands nowhere." in found("nobody@example.com")


@pytest.mark.parametrize("text", ["", "x", "x" * 201, "a\x00b"])
def test_a_text_that_finds_too_much_or_nothing_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="2 to 200 characters"):
        found(text)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no"):
        found("alice", tmp_path / "nothing")
