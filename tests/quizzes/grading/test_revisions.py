"""Revisions of a grading: what the first one and a regrade store and send."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from courses.models import Enrolment, GradeChange
from quizzes import tasks
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, revisions
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.taking import start, submit
from tests.quizzes.graded import NOW, choosing, fresh, other_choice_right

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
Commits = Callable[..., AbstractContextManager[list[Any]]]


@pytest.fixture
def submitted(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """2 of 3 points by its own key."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return submit.submit(attempt=attempt, answers=choosing(quiz, 1), now=NOW)


@pytest.fixture
def first_graded(submitted: Attempt) -> Attempt:
    """Graded with a late deduction of 10 percent."""
    Attempt.objects.update(late_deduction=10)
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=LATER)
    return fresh(submitted)


def test_the_first_grading_updates_the_attempt(first_graded: Attempt) -> None:
    assert first_graded.status == Attempt.Status.GRADED
    assert first_graded.points == Decimal("1.80")
    assert first_graded.max_points == Decimal("3.00")
    assert first_graded.graded_at == LATER
    assert first_graded.lease_until is None


def test_the_first_grading_is_revision_1(first_graded: Attempt) -> None:
    grade = first_graded.grades.get()
    assert grade.revision == 1
    assert grade.version_id == first_graded.version_id
    assert grade.points == Decimal("1.80")
    assert grade.max_points == Decimal("3.00")
    assert grade.late_deduction == 10
    assert grade.last_review_id is None
    assert grade.reason == ""
    assert grade.actor is None
    assert grade.at == LATER


def test_the_first_grading_is_recorded_in_the_gradebook(first_graded: Attempt) -> None:
    change = GradeChange.objects.get()
    assert change.enrolment_id == first_graded.enrolment_id
    assert change.source == first_graded.uuid
    assert change.source_number == 1
    assert change.revision == 1
    assert change.points == Decimal("1.80")
    assert change.max_points == Decimal("3.00")
    assert change.reason == GradeChange.Reason.GRADED
    assert change.actor is None
    assert change.at == LATER


def test_the_first_grading_sends_no_notice(first_graded: Attempt) -> None:
    assert not GradeNotice.objects.exists()


@pytest.fixture
def regraded(
    submitted: Attempt, quiz: Quiz, ines: User, enqueued: list[Any], django_capture_on_commit_callbacks: Commits
) -> Attempt:
    """Graded, and graded again by the key of the current version: 3 of 3 points."""
    automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    other_choice_right(quiz)
    enqueued.clear()
    with django_capture_on_commit_callbacks(execute=True):
        grade = revisions.regrade_attempt(
            attempt=fresh(submitted), now=LATER, version_id=quiz.current_version_id, reason="A better key", actor=ines
        )
    assert grade is not None
    assert grade == revisions.last_grade(submitted)
    return fresh(submitted)


def test_a_regrade_updates_the_attempt(regraded: Attempt) -> None:
    assert regraded.status == Attempt.Status.GRADED
    assert regraded.points == Decimal("3.00")
    assert regraded.max_points == Decimal("3.00")
    assert regraded.graded_at == LATER


def test_a_regrade_adds_a_revision(regraded: Attempt, quiz: Quiz, ines: User) -> None:
    grade = revisions.last_grade(regraded)
    assert grade.revision == 2
    assert grade.version_id == quiz.current_version_id
    assert grade.points == Decimal("3.00")
    assert grade.max_points == Decimal("3.00")
    assert grade.late_deduction == 0
    assert grade.last_review_id is None
    assert grade.reason == "A better key"
    assert grade.actor == ines
    assert grade.at == LATER


def test_a_regrade_is_recorded_in_the_gradebook(regraded: Attempt, ines: User) -> None:
    change = GradeChange.objects.latest("pk")
    assert GradeChange.objects.count() == 2
    assert change.enrolment_id == regraded.enrolment_id
    assert change.source == regraded.uuid
    assert change.source_number == 1
    assert change.revision == 2
    assert change.points == Decimal("3.00")
    assert change.max_points == Decimal("3.00")
    assert change.reason == GradeChange.Reason.REGRADED
    assert change.actor == ines
    assert change.at == LATER


def test_a_regrade_creates_a_notice_and_enqueues_its_mail(regraded: Attempt, enqueued: list[Any]) -> None:
    notice = GradeNotice.objects.get()
    assert notice.attempt == regraded
    assert notice.grade == revisions.last_grade(regraded)
    assert notice.old_points == Decimal("2.00")
    assert notice.old_max_points == Decimal("3.00")
    assert notice.created_at == LATER
    assert enqueued == [(tasks.send_grade_notice.name, {"notice_id": notice.pk})]


def test_a_regrade_stays_with_the_key_of_the_last_revision(regraded: Attempt) -> None:
    assert revisions.regrade_attempt(attempt=regraded, now=LATER) is None
    assert AttemptGrade.objects.count() == 2


def test_a_changed_deduction_makes_a_new_revision(submitted: Attempt) -> None:
    automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    loaded_before = fresh(submitted)
    Attempt.objects.update(late_deduction=50)
    grade = revisions.regrade_attempt(attempt=loaded_before, now=LATER)
    assert grade is not None
    assert grade.points == 1
    assert grade.late_deduction == 50
    assert grade.reason == ""
    assert grade.actor is None


@pytest.mark.parametrize(
    ("status", "is_graded"),
    [("submitted", False), ("grading", False), ("needs_attention", False), ("graded", True), ("needs_review", True)],
)
def test_only_a_graded_attempt_is_locked_for_a_regrade(submitted: Attempt, status: str, is_graded: bool) -> None:
    Attempt.objects.update(status=status)
    assert revisions.lock_graded_attempt(submitted) == is_graded


def test_an_attempt_that_does_not_exist_is_not_locked(first_graded: Attempt) -> None:
    assert not revisions.lock_graded_attempt(Attempt(pk=first_graded.pk + 1))
