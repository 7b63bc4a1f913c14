"""Submit attempts: by the student, or when the time is up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from common.database.prepared import PreparedUpdate
from common.errors import DomainError
from courses import progress
from quizzes.attempts import queries
from quizzes.attempts.models import Answer, Attempt
from quizzes.attempts.rules import get_rules, late_deduction
from quizzes.grading.automatic import enqueue_grading, grade_attempt
from quizzes.questions import Response
from quizzes.taking.deadline import closed_error, is_over
from quizzes.taking.late_arrivals import store_late_answers
from quizzes.taking.responses import read_response

# What becomes of an attempt when it is over; `lookups.hold` and other processes change it under a loaded one.
OUTCOME_FIELDS = ("status", "submitted_at", "points", "graded_at", "is_expired", "deadline", "late_deduction")
_SUBMITTED = PreparedUpdate(
    lambda pk, at, expired, deduction: (
        Attempt.objects.filter(pk=pk, status=Attempt.Status.IN_PROGRESS),
        {"status": Attempt.Status.SUBMITTED, "submitted_at": at, "is_expired": expired, "late_deduction": deduction},
    ),
    samples=(-1, datetime(2001, 1, 1, tzinfo=UTC), True, 101),
)


def submit(*, attempt: Attempt, now: datetime, answers: Mapping[UUID, Any] | None = None) -> Attempt:
    """Hand the attempt in, with `answers` ({question: response}) saved in the same transaction. Twice is once.

    One of `answers` that cannot be right keeps the attempt open: the others are saved, and its error is raised. After
    the deadline and its grace the server hands in what it has, keeps `answers` as evidence, and DeadlinePassed is raised.

    Nothing depends on a lesson's check, so it is graded while the student looks; the worker would find it graded.
    """
    accepted, refused = _read_responses(attempt, answers or {})
    with transaction.atomic():
        locked = queries.lock_attempt(attempt)
        is_open = locked.status == Attempt.Status.IN_PROGRESS
        too_late = locked.is_expired or (is_open and is_over(locked, now))
        if too_late:
            store_late_answers(locked, accepted, now)
            if is_open:
                _close_attempt(attempt, locked, now=now, at=locked.deadline or now, expired=True)
        elif is_open:
            # What was checked is closed and stays; a form sends it along all the same.
            Answer.objects.store(attempt, accepted, sequence=None, now=now)
            if refused is None:
                _close_attempt(attempt, locked, now=now, at=now, expired=False)
    if too_late and (accepted or refused or is_open):
        raise closed_error(locked, now)
    if is_open and refused is not None:
        raise refused
    if not is_open:
        attempt.refresh_from_db(fields=OUTCOME_FIELDS)
    elif not attempt.quiz.is_graded:
        grade_attempt(attempt_id=attempt.pk, now=now)
        attempt.refresh_from_db(fields=OUTCOME_FIELDS)
    return attempt


def _read_responses(attempt: Attempt, answers: Mapping[UUID, Any]) -> tuple[dict[UUID, Response], DomainError | None]:
    """What of `answers` can be stored, and the first refusal among the others."""
    accepted: dict[UUID, Response] = {}
    refused: DomainError | None = None
    for question, raw in answers.items():
        try:
            accepted[question] = read_response(attempt, question, raw)
        except DomainError as error:
            refused = refused or error
    return accepted, refused


def _close_attempt(attempt: Attempt, locked: Attempt, *, now: datetime, at: datetime, expired: bool) -> None:
    """in_progress → submitted, once; runs in the caller's transaction, which holds the row `locked`."""
    percent_per_day = get_rules(attempt.quiz, attempt.enrolment).deduction if locked.due_at else 0
    attempt.submitted_at, attempt.is_expired = at, expired
    attempt.late_deduction = late_deduction(due_at=locked.due_at, submitted_at=at, percent_per_day=percent_per_day)
    if not _SUBMITTED.apply(attempt.pk, at, expired, attempt.late_deduction):
        attempt.refresh_from_db(fields=OUTCOME_FIELDS)
        return
    attempt.status = Attempt.Status.SUBMITTED
    if attempt.quiz.is_graded:
        progress.mark_done(enrolment=attempt.enrolment, activity=attempt.quiz.activity, now=now)
    enqueue_grading(attempt.pk)


def expire(*, attempt: Attempt, now: datetime) -> bool:
    """Hand in what there is, if the deadline and its grace have passed; the time of the submit is the deadline.

    Returns whether the attempt is over by its deadline, by this call or an earlier one. Safe to repeat.
    """
    if attempt.status != Attempt.Status.IN_PROGRESS or not is_over(attempt, now):
        return attempt.is_expired
    with transaction.atomic():
        locked = queries.lock_attempt(attempt)
        if locked.status == Attempt.Status.IN_PROGRESS and locked.deadline and is_over(locked, now):
            _close_attempt(attempt, locked, now=now, at=locked.deadline, expired=True)
    attempt.refresh_from_db(fields=OUTCOME_FIELDS)
    return attempt.is_expired


def expire_overdue(*, now: datetime, limit: int = 500) -> int:
    """Hand in every attempt whose time is up, the longest over first; returns how many."""
    running_out = Attempt.objects.running_out(now=now).order_by("deadline")
    attempts = running_out.select_related("quiz__activity", "enrolment", "version")[:limit]
    return sum(expire(attempt=attempt, now=now) for attempt in attempts)
