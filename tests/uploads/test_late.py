"""A file that is complete after its attempt was closed: evidence, with the time at which it was begun."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.grading import automatic, late_answers
from quizzes.taking import submit, uploads
from tests.uploads.tus import Tus
from uploads.models import Upload

TEXT = b"The two distributions differ."


def close(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() - timedelta(minutes=5))


def test_after_the_deadline_the_file_is_evidence(tus: Tus, attempt: Attempt, ines: User) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    close(attempt)
    submit.expire(attempt=Attempt.objects.get(), now=timezone.now())

    tus.send(10, TEXT[10:])

    assert (tus.read()["status"], tus.offset()) == ("evidence", len(TEXT))
    late = LateAnswer.objects.get()
    assert (late.files.get().file.read(), late.typed_at) == (TEXT, Upload.objects.get().created_at)
    assert not HandInFile.objects.counted().exists()
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    late_answers.accept_late_answer(late=late, actor=ines, now=timezone.now())
    assert HandInFile.objects.counted().count() == 1


def test_it_may_begin_after_the_deadline_too_and_is_kept_once(tus: Tus, attempt: Attempt) -> None:
    close(attempt)
    for _ in range(2):
        tus.begin(len(TEXT), content=TEXT)
        assert tus.answer.json()["status"] == "evidence"
    assert LateAnswer.objects.count() == HandInFile.objects.count() == 1


def test_one_that_another_device_did_not_wait_for_when_it_submitted_is_evidence(tus: Tus, attempt: Attempt) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    submit.submit(attempt=attempt, now=timezone.now())
    tus.send(10, TEXT[10:])
    assert tus.read()["status"] == "evidence"
    assert LateAnswer.objects.get().files.get().file.read() == TEXT


def test_one_that_was_handed_in_before_the_deadline_stays_handed_in(tus: Tus, attempt: Attempt) -> None:
    tus.begin(len(TEXT), content=TEXT)
    tus.begin(len(TEXT), content=TEXT[:10])
    close(attempt)
    tus.send(10, TEXT[10:])
    assert tus.read()["status"] == "handed_in"
    assert not LateAnswer.objects.exists()


def test_where_there_is_no_room_for_evidence_nobody_says_that_it_is_kept(
    tus: Tus, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    tus.begin(len(TEXT))
    close(attempt)
    monkeypatch.setattr(uploads, "UPLOAD_LIMIT", 0)
    assert tus.send(0, TEXT, expect=400) == "file-refused"
    assert tus.begin(3, expect=400) == "file-refused"
    assert tus.offset() == len(TEXT) - 1


def test_instructors_read_when_it_was_begun(tus: Tus, attempt: Attempt, ines_client: Client) -> None:
    tus.begin(len(TEXT), content=TEXT[:10])
    close(attempt)
    submit.expire(attempt=Attempt.objects.get(), now=timezone.now())
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    tus.send(10, TEXT[10:])
    page = ines_client.get(f"/admin/quizzes/attempt/{attempt.pk}/review/").text
    assert "its upload began" in page
    assert "student’s device" not in page
