"""A file that comes after the deadline: kept, and counted if an instructor accepts it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt, HandInFile, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, late_answers, manual, revisions
from quizzes.results import question_results
from quizzes.taking import deadline, start, submit, uploads
from tests.quizzes import every_kind


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


@pytest.fixture
def question(attempt: Attempt) -> UUID:
    return UUID(next(view["uuid"] for view in attempt.public_questions if view["kind"] == "hand_in"))


def add(attempt: Attempt, question: UUID, name: str = "work.txt", content: bytes = b"my work") -> HandInFile:
    return uploads.add_file(
        attempt=attempt, question=question, upload=SimpleUploadedFile(name, content), now=timezone.now()
    )


@pytest.fixture
def over(attempt: Attempt) -> Attempt:
    """An open attempt whose deadline and grace period are over."""
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() - timedelta(minutes=5))
    attempt.refresh_from_db()
    return attempt


def test_it_counts_if_an_instructor_accepts_it(over: Attempt, question: UUID, ines: User) -> None:
    with pytest.raises(deadline.DeadlinePassed):
        add(over, question, "late.txt")
    late = LateAnswer.objects.get()
    file = late.files.get()
    assert late.question == question
    assert late.response == {}
    assert file.name == "late.txt"
    assert file.file.read() == b"my work"
    assert question_results.files_by_question(over) == {}
    submit.expire(attempt=over, now=timezone.now())
    automatic.grade_attempt(attempt_id=over.pk, now=timezone.now())
    assert revisions.last_grade(over).details[str(question)]["outcome"] == "unanswered"
    late_answers.accept_late_answer(late=late, actor=ines, now=timezone.now())
    assert question_results.files_by_question(over) == {str(question): [file]}
    assert manual.pending_questions(over) == [question]


def test_accepting_it_keeps_the_text_written_in_time(over: Attempt, question: UUID, ines: User) -> None:
    Answer.objects.create(attempt=over, question=question, response={"text": "In time."}, saved_at=over.started_at)
    with pytest.raises(deadline.DeadlinePassed):
        add(over, question)
    submit.expire(attempt=over, now=timezone.now())
    automatic.grade_attempt(attempt_id=over.pk, now=timezone.now())
    late_answers.accept_late_answer(late=LateAnswer.objects.get(), actor=ines, now=timezone.now())
    assert Answer.objects.get().response == {"text": "In time."}


def test_it_is_stored_once_and_not_if_it_was_uploaded_in_time(attempt: Attempt, question: UUID) -> None:
    add(attempt, question, "in-time.txt", b"in time")
    Attempt.objects.update(deadline=timezone.now() - timedelta(minutes=5))
    for name, content in (("late.txt", b"x"), ("late.txt", b"x"), ("in-time.txt", b"in time")):
        with pytest.raises(deadline.DeadlinePassed):
            add(attempt, question, name, content)
    assert [late.files.get().name for late in LateAnswer.objects.all()] == ["late.txt"]


def test_it_counts_towards_the_upload_limit(over: Attempt, question: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_LIMIT", 1)
    for content in (b"one", b"two"):
        with pytest.raises(deadline.DeadlinePassed):
            add(over, question, content=content)
    assert LateAnswer.objects.count() == HandInFile.objects.count() == 1


def test_an_unacceptable_file_is_not_stored(over: Attempt, question: UUID) -> None:
    with pytest.raises(uploads.FileRefused):
        add(over, question, "program.exe", b"MZ")
    assert not LateAnswer.objects.exists()


def test_it_is_not_stored_after_a_submit(attempt: Attempt, question: UUID) -> None:
    submit.submit(attempt=attempt, now=timezone.now())
    with pytest.raises(deadline.AttemptClosed):
        add(attempt, question)
    assert not LateAnswer.objects.exists()


def test_all_files_of_a_form_are_stored_and_shown_to_the_instructor(
    over: Attempt, question: UUID, alice_client: Client, ines_client: Client
) -> None:
    files = [SimpleUploadedFile(f"{n}.txt", f"work {n}".encode()) for n in range(2)]
    alice_client.post(f"/attempts/{over.uuid}/submit/", {f"{question}:files": files})
    assert [late.files.get().name for late in LateAnswer.objects.filter(question=question)] == ["0.txt", "1.txt"]
    automatic.grade_attempt(attempt_id=over.pk, now=timezone.now())
    page = ines_client.get(f"/admin/quizzes/attempt/{over.pk}/review/")
    for late in LateAnswer.objects.filter(question=question):
        address = f"/attempts/{over.uuid}/files/{late.files.get().uuid}/"
        assert address in page.text
        assert ines_client.get(address).status_code == 200
    # It is not a file of the attempt, so the student cannot remove it.
    assert alice_client.post(f"{address}remove/").status_code == 404
