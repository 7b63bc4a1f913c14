"""Claim attempts for grading, and sweep those that nobody graded."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from courses.models import Enrolment
from quizzes import sequences, tasks
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, scoring
from quizzes.taking import start, submit
from tests.factories import EnrolmentFactory
from tests.quizzes.graded import NOW, choosing

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
LEASE = timedelta(seconds=settings.GRADING_LEASE)
Commits = Callable[..., AbstractContextManager[list[Any]]]


def submitted(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return submit.submit(attempt=attempt, answers=choosing(quiz, 1), now=NOW)


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return submitted(quiz, enrolment)


@pytest.fixture
def other(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """Another student's submitted attempt."""
    return submitted(quiz, EnrolmentFactory(course=enrolment.course))


def test_a_grader_claims_its_attempt_for_the_time_of_a_lease(
    attempt: Attempt, other: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Attempt] = []
    compute = scoring.compute_grading

    def look_then_compute(*args: Any, **options: Any) -> scoring.Grading:
        rows.extend(Attempt.objects.filter(pk__in=[attempt.pk, other.pk]).order_by("pk"))
        return compute(*args, **options)

    monkeypatch.setattr(automatic, "compute_grading", look_then_compute)
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=LATER)
    claimed, untouched = rows
    assert claimed.status == Attempt.Status.GRADING
    assert claimed.lease_until == LATER + LEASE
    assert claimed.grading_attempts == 1
    assert untouched.status == Attempt.Status.SUBMITTED
    assert untouched.grading_attempts == 0


def test_a_grader_finishes_its_own_attempt_only(attempt: Attempt, other: Attempt) -> None:
    Attempt.objects.filter(pk=other.pk).update(
        status=Attempt.Status.GRADING, grading_attempts=1, lease_until=LATER + LEASE
    )
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=LATER)
    attempt.refresh_from_db()
    other.refresh_from_db()
    assert attempt.status == Attempt.Status.GRADED
    assert other.status == Attempt.Status.GRADING


def test_a_claim_from_a_clock_that_was_ahead_is_over(attempt: Attempt) -> None:
    Attempt.objects.update(
        status=Attempt.Status.GRADING, grading_attempts=1, lease_until=NOW + LEASE + timedelta(days=400)
    )
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.GRADED


def test_a_claim_from_a_clock_that_is_a_minute_ahead_goes_on(attempt: Attempt) -> None:
    Attempt.objects.update(
        status=Attempt.Status.GRADING, grading_attempts=1, lease_until=NOW + LEASE + sequences.TOLERANCE
    )
    assert not automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)


def test_the_sweep_finds_a_submit_from_a_clock_that_was_ahead(attempt: Attempt) -> None:
    Attempt.objects.update(submitted_at=NOW + timedelta(days=400))
    assert automatic.sweep(now=NOW).queued == 1


def test_the_sweep_waits_for_a_submit_from_a_clock_that_is_a_minute_ahead(attempt: Attempt) -> None:
    Attempt.objects.update(submitted_at=NOW + sequences.TOLERANCE)
    assert automatic.sweep(now=NOW).queued == 0


def test_an_attempt_that_failed_too_often_is_not_claimed(attempt: Attempt) -> None:
    Attempt.objects.update(grading_attempts=automatic.MAX_GRADING_ATTEMPTS)
    assert not automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.SUBMITTED


def test_the_last_allowed_grading_attempt_is_made(attempt: Attempt) -> None:
    Attempt.objects.update(grading_attempts=automatic.MAX_GRADING_ATTEMPTS - 1)
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    attempt.refresh_from_db()
    assert attempt.grading_attempts == automatic.MAX_GRADING_ATTEMPTS


@pytest.fixture
def three_waiting(attempt: Attempt, other: Attempt, enqueued: list[Any]) -> list[Attempt]:
    """Attempts that have waited for 1, 2 and 3 minutes."""
    third = submitted(attempt.quiz, EnrolmentFactory(course=attempt.enrolment.course))
    waiting = [third, attempt, other]
    for minutes, each in enumerate(waiting, start=1):
        Attempt.objects.filter(pk=each.pk).update(submitted_at=NOW - timedelta(minutes=minutes))
    enqueued.clear()
    return waiting


def test_the_sweep_enqueues_the_longest_waiting_up_to_its_limit(
    three_waiting: list[Attempt],
    enqueued: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Commits,
) -> None:
    monkeypatch.setattr(automatic, "SWEEP_LIMIT", 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert automatic.sweep(now=NOW) == automatic.Sweep(queued=2, given_up=0)
    _one, two, three = three_waiting
    assert enqueued == [(tasks.grade_attempts.name, {"attempt_ids": [three.pk, two.pk]})]


def test_the_sweep_enqueues_what_has_waited_long_enough(
    three_waiting: list[Attempt], enqueued: list[Any], django_capture_on_commit_callbacks: Commits
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert automatic.sweep(now=NOW, after=timedelta(minutes=3)).queued == 1
    assert enqueued == [(tasks.grade_attempts.name, {"attempt_ids": [three_waiting[2].pk]})]


@pytest.fixture
def failed(attempt: Attempt) -> Attempt:
    """An attempt whose last allowed grading attempt has died."""
    Attempt.objects.filter(pk=attempt.pk).update(
        status=Attempt.Status.GRADING, grading_attempts=automatic.MAX_GRADING_ATTEMPTS, lease_until=NOW
    )
    return attempt


def test_the_sweep_hands_what_failed_too_often_to_a_person(failed: Attempt, other: Attempt) -> None:
    assert automatic.sweep(now=NOW).given_up == 1
    failed.refresh_from_db()
    assert failed.status == Attempt.Status.NEEDS_ATTENTION
    assert failed.lease_until is None
    assert failed.grading_attempts == automatic.MAX_GRADING_ATTEMPTS
    other.refresh_from_db()
    assert other.status == Attempt.Status.SUBMITTED


def test_a_retry_resets_the_count_and_enqueues_grading(
    failed: Attempt, other: Attempt, enqueued: list[Any], django_capture_on_commit_callbacks: Commits
) -> None:
    automatic.sweep(now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        assert automatic.retry_grading(attempt=failed) is True
    failed.refresh_from_db()
    assert failed.status == Attempt.Status.SUBMITTED
    assert failed.grading_attempts == 0
    assert enqueued == [(tasks.grade_attempts.name, {"attempt_ids": [failed.pk]})]


def test_an_attempt_that_was_not_given_up_is_not_retried(
    failed: Attempt, other: Attempt, enqueued: list[Any], django_capture_on_commit_callbacks: Commits
) -> None:
    automatic.sweep(now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        assert not automatic.retry_grading(attempt=other)
    assert enqueued == []
