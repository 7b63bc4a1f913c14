"""`verify_files` names the files that are missing or changed, and those that no answer names."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses.models import Enrolment
from quizzes.attempts.models import HandInFile
from quizzes.authoring.models import Quiz
from quizzes.taking import start

SHA256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"  # of "secret"


@pytest.fixture
def files(quiz: Quiz, enrolment: Enrolment, settings: Any, tmp_path: Path) -> list[HandInFile]:
    settings.MEDIA_ROOT = tmp_path
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    made = []
    for number in range(3):
        file = HandInFile(
            attempt=attempt,
            question=attempt.uuid,
            name=f"{number}.txt",
            size=6,
            sha256=SHA256,
            uploaded_at=timezone.now(),
        )
        file.file.save(f"{number}.txt", ContentFile(b"secret"))
        made.append(file)
    return made


def verified() -> tuple[str, str]:
    """Return the output and the error."""
    out = StringIO()
    try:
        call_command("verify_files", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_nothing_is_wrong(files: list[HandInFile]) -> None:
    assert verified() == ("3 files verified.\nAll are there, unchanged.\n", "")


def test_missing_and_changed_files_are_named(files: list[HandInFile]) -> None:
    Path(files[0].file.path).unlink()
    Path(files[2].file.path).write_bytes(b"sec\x00et")
    output, error = verified()
    assert error == "2 files are wrong."
    assert f"hand-ins/0.txt of attempt {files[0].attempt.uuid}: missing" in output
    assert f"hand-ins/2.txt of attempt {files[0].attempt.uuid}: changed" in output
    assert "hand-ins/1.txt" not in output


def test_a_file_that_no_answer_names_is_named_and_is_no_error(files: list[HandInFile], tmp_path: Path) -> None:
    (tmp_path / "hand-ins" / ".4.txt.part").write_bytes(b"half")
    output, error = verified()
    assert error == ""
    assert "hand-ins/.4.txt.part: no answer names this file" in output
