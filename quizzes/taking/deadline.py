"""Decide whether an attempt can still change, and move deadlines when the rules change."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import get_rules_for_all
from quizzes.authoring.models import Quiz


class AttemptClosed(DomainError):
    slug = "attempt-closed"
    status = 409
    help = gettext_lazy("The attempt has been submitted; its answers can no longer change.")


class DeadlinePassed(AttemptClosed):
    slug = "deadline-passed"
    help = gettext_lazy(
        "The time is up. What was saved by then has been submitted; what came later is kept, and counts if the "
        "instructor accepts it."
    )


def is_over(attempt: Attempt, now: datetime) -> bool:
    """Return whether the deadline and its grace have passed, whatever the attempt's status."""
    return attempt.deadline is not None and now > attempt.deadline + grace_period(attempt)


def grace_period(attempt: Attempt) -> timedelta:
    return timedelta(seconds=attempt.quiz.grace)


def lock_open_attempt(attempt: Attempt, now: datetime) -> None:
    """Lock the attempt's row if it may still be answered; needs a transaction. Raises AttemptClosed, DeadlinePassed."""
    closed = find_closed(queries.lock_attempt(attempt), now)
    if closed:
        raise closed


def find_closed(attempt: Attempt, now: datetime) -> AttemptClosed | None:
    """Return why the attempt can no longer be answered, None if it can."""
    is_open = attempt.status == Attempt.Status.IN_PROGRESS and not is_over(attempt, now)
    return None if is_open else closed_error(attempt, now)


def closed_error(attempt: Attempt, now: datetime) -> AttemptClosed:
    """Return the error for an answer to an attempt that is closed: DeadlinePassed if the deadline closed it."""
    if attempt.is_expired or is_over(attempt, now):
        return DeadlinePassed(
            _(
                "The time is up. What was saved by then has been submitted; what came later is kept for your instructor."
            ),
            deadline=attempt.deadline,
            server_time=now,
        )
    return AttemptClosed(_("This attempt has been submitted; its answers can no longer change."))


def refresh_deadlines(*, quiz: Quiz, now: datetime) -> int:
    """Set the deadline and due date of open attempts by the current rules; returns how many were changed.

    An attempt whose deadline has passed keeps it. No deadline moves into the past: if the new one has passed, it is `now`.
    Called when a quiz's dates or a student's override change.
    """
    changed = 0
    attempts = Attempt.objects.filter(quiz=quiz, status=Attempt.Status.IN_PROGRESS).select_related("enrolment")
    rules_of = get_rules_for_all([(quiz, attempt.enrolment) for attempt in attempts])
    for attempt in attempts:
        rules = rules_of[quiz.pk, attempt.enrolment_id]
        deadline = rules.deadline(attempt.started_at)
        if deadline is not None:
            deadline = max(deadline, min(attempt.deadline or now, now))
        if (deadline, rules.due_at) != (attempt.deadline, attempt.due_at):
            changed += Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.IN_PROGRESS).update(
                deadline=deadline, due_at=rules.due_at
            )
    return changed
