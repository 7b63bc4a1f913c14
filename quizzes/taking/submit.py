"""Submit attempts: by the student, or when the time is up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from common.database.prepared import PreparedUpdate
from common.errors import DomainError
from courses import progress
from courses.models import Enrolment
from questions import Response
from quizzes.attempts import queries
from quizzes.attempts.models import Answer, Attempt
from quizzes.attempts.rules import get_rules, late_deduction
from quizzes.grading.automatic import enqueue_grading, grade_attempt
from quizzes.taking.deadline import closed_error, is_over
from quizzes.taking.late_arrivals import store_late_answers
from quizzes.taking.responses import read_response

# Fields that closing and grading change, in this process or in another one, after the caller has loaded the attempt.
OUTCOME_FIELDS = ("status", "submitted_at", "points", "graded_at", "is_expired", "deadline", "late_deduction")
# The fields that `_close_attempt` sets.
CLOSING_FIELDS = ("status", "submitted_at", "is_expired", "late_deduction")
_SUBMITTED = PreparedUpdate(
    lambda pk, at, expired, deduction: (
        Attempt.objects.filter(pk=pk, status=Attempt.Status.IN_PROGRESS),
        {"status": Attempt.Status.SUBMITTED, "submitted_at": at, "is_expired": expired, "late_deduction": deduction},
    ),
    samples=(-1, datetime(2001, 1, 1, tzinfo=UTC), True, 101),
)


def submit(
    *, attempt: Attempt, now: datetime, answers: Mapping[UUID, Any] | Mapping[UUID | str, Any] | None = None
) -> Attempt:
    """Submit the attempt, with `answers` ({question: response}) saved in the same transaction. Idempotent.

    If one of `answers` is invalid, the others are saved, the attempt stays open and the error of `read_response` is
    raised. After the deadline and its grace the saved answers are submitted, `answers` are stored as evidence, and
    DeadlinePassed is raised.

    A lesson check is graded here instead of in a worker, because nothing depends on its grade and the student waits.

    Returns `attempt`. It is changed only after the transaction has been committed.
    """
    accepted, refused = _read_responses(attempt, answers or {})
    closed = False
    with transaction.atomic():
        locked = queries.lock_attempt(attempt)
        is_open = locked.status == Attempt.Status.IN_PROGRESS
        too_late = locked.is_expired or (is_open and is_over(locked, now))
        if too_late:
            store_late_answers(locked, accepted, now)
            if is_open:
                closed = _close_attempt(locked, attempt.enrolment, now=now, at=locked.deadline or now, expired=True)
        elif is_open:
            # A form also sends confirmed answers. The statement leaves them as they are.
            Answer.objects.store(attempt, accepted, sequence=None, now=now)
            if refused is None:
                closed = _close_attempt(locked, attempt.enrolment, now=now, at=now, expired=False)
    if closed:
        _copy_closing(locked, attempt)
    if too_late and (accepted or refused or is_open):
        raise closed_error(locked, now)
    if is_open and refused is not None:
        raise refused
    if closed and attempt.quiz.is_graded:
        return attempt
    if closed:
        grade_attempt(attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db(fields=OUTCOME_FIELDS)
    return attempt.hide_held()


def _read_responses(
    attempt: Attempt, answers: Mapping[UUID, Any] | Mapping[UUID | str, Any]
) -> tuple[dict[UUID, Response], DomainError | None]:
    """Return the valid responses in their stored form, and the first error of the invalid ones."""
    accepted: dict[UUID, Response] = {}
    refused: DomainError | None = None
    for question, raw in answers.items():
        try:
            response = read_response(attempt, question, raw)
        except DomainError as error:
            refused = refused or error
        else:
            accepted[UUID(str(question))] = response
    return accepted, refused


def _close_attempt(locked: Attempt, enrolment: Enrolment, *, now: datetime, at: datetime, expired: bool) -> bool:
    """Change the locked row from in_progress to submitted; returns False if another process has done so.

    `locked` is changed only if its row was. Runs in the transaction that holds the lock.
    """
    rate = get_rules(locked.quiz, enrolment).deduction if locked.due_at else 0
    deduction = late_deduction(due_at=locked.due_at, submitted_at=at, percent_per_day=rate)
    if not _SUBMITTED.apply(locked.pk, at, expired, deduction):
        return False
    locked.status = Attempt.Status.SUBMITTED
    locked.submitted_at, locked.is_expired, locked.late_deduction = at, expired, deduction
    if locked.quiz.is_graded:
        progress.mark_done(enrolment=enrolment, activity=locked.quiz.activity, now=now)
    enqueue_grading(locked.pk)
    return True


def _copy_closing(locked: Attempt, attempt: Attempt) -> None:
    for field in CLOSING_FIELDS:
        setattr(attempt, field, getattr(locked, field))


def expire(*, attempt: Attempt, now: datetime) -> bool:
    """Submit the saved answers if the deadline and its grace have passed; `submitted_at` becomes the deadline.

    Returns whether the attempt was submitted by its deadline, now or earlier. Idempotent.
    """
    if attempt.status != Attempt.Status.IN_PROGRESS or not is_over(attempt, now):
        return attempt.is_expired
    with transaction.atomic():
        locked = queries.lock_attempt(attempt)
        if locked.status == Attempt.Status.IN_PROGRESS and locked.deadline and is_over(locked, now):
            _close_attempt(locked, attempt.enrolment, now=now, at=locked.deadline, expired=True)
    attempt.refresh_from_db(fields=OUTCOME_FIELDS)
    return attempt.hide_held().is_expired


def expire_overdue(*, now: datetime, limit: int = 500) -> int:
    """Submit attempts whose deadline and grace have passed, the earliest deadline first; returns how many."""
    running_out = Attempt.objects.running_out(now=now).order_by("deadline")
    attempts = running_out.select_related("quiz__activity", "enrolment", "version")[:limit]
    return sum(expire(attempt=attempt, now=now) for attempt in attempts)
