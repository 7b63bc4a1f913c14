"""Files that cannot be stored leave nothing behind, and files that are lost are said to be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from courses.models import Enrolment
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.authoring.models import Quiz
from quizzes.taking import start, uploads
from tests.api import Api
from tests.disk import no_room_beyond
from tests.quizzes import every_kind

LARGE = b"x" * 400_000
ROOM = 100_000


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


@pytest.fixture
def question(attempt: Attempt) -> UUID:
    return UUID(next(view["uuid"] for view in attempt.public_questions if view["kind"] == "hand_in"))


def add(attempt: Attempt, question: UUID, content: bytes = b"my work") -> HandInFile:
    upload = SimpleUploadedFile("work.txt", content)
    return uploads.add_file(attempt=attempt, question=question, upload=upload, now=timezone.now())


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_full_disk_leaves_no_part_of_a_file(attempt: Attempt, question: UUID, folder: Path) -> None:
    with no_room_beyond(ROOM), pytest.raises(OSError, match="File too large"):
        add(attempt, question, LARGE)
    assert (files_in(folder), HandInFile.objects.count()) == ([], 0)


def test_an_app_is_told_to_send_the_file_again(attempt: Attempt, question: UUID, alice_api: Api) -> None:
    alice_api.client.raise_request_exception = False
    address = f"/api/v1/attempts/{attempt.uuid}/answers/{question}/files"
    with no_room_beyond(ROOM):
        answer = alice_api.client.post(
            address, {"file": SimpleUploadedFile("work.txt", LARGE)}, headers=alice_api.headers
        )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unavailable"
    answer = alice_api.client.post(address, {"file": SimpleUploadedFile("work.txt", LARGE)}, headers=alice_api.headers)
    assert answer.status_code == 201


def test_a_student_reads_why_the_file_was_not_stored(attempt: Attempt, question: UUID, alice_client: Client) -> None:
    alice_client.raise_request_exception = False
    form = {f"{question}:files": SimpleUploadedFile("work.txt", LARGE)}
    with no_room_beyond(ROOM):
        answer = alice_client.post(f"/attempts/{attempt.uuid}/answers/{question}/files/", form)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "What you had saved is safe" in answer.text


@pytest.fixture
def refusing_commits() -> Iterator[None]:
    """Each new row of a file names a late answer that does not exist, which the database finds at the commit."""
    row, table = "late_answer_id = 987654321", "quizzes_handinfile"
    if connection.vendor == "postgresql":
        make = [
            f"CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.{row}; RETURN NEW; END $$",
            f"CREATE TRIGGER spoil BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION spoil()",
        ]
        drop = [f"DROP TRIGGER spoil ON {table}", "DROP FUNCTION spoil()"]
    else:
        update = f"UPDATE {table} SET {row} WHERE id = NEW.id"
        make, drop = [f"CREATE TRIGGER spoil AFTER INSERT ON {table} BEGIN {update}; END"], ["DROP TRIGGER spoil"]
    with connection.cursor() as cursor:
        for statement in make:
            cursor.execute(statement)
    yield
    with connection.cursor() as cursor:
        for statement in drop:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("refusing_commits")
def test_a_commit_that_fails_leaves_no_file(attempt: Attempt, question: UUID, folder: Path) -> None:
    with pytest.raises(IntegrityError):
        add(attempt, question)
    assert (files_in(folder), HandInFile.objects.count()) == ([], 0)


def test_a_lost_file_is_a_404_in_words(
    attempt: Attempt, question: UUID, alice_client: Client, ines_client: Client
) -> None:
    file = add(attempt, question)
    Path(file.file.path).unlink()
    for client in (alice_client, ines_client):
        answer = client.get(f"/attempts/{attempt.uuid}/files/{file.uuid}/")
        assert answer.status_code == 404
        assert "This file is missing on the server." in answer.text


def test_a_lost_file_that_is_handed_in_again_is_there_again(attempt: Attempt, question: UUID) -> None:
    file = add(attempt, question)
    Path(file.file.path).unlink()
    again = add(attempt, question)
    assert again == file
    assert Path(file.file.path).read_bytes() == b"my work"
