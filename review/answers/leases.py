"""Make sure that two people do not grade the same answer at once: whoever opens one has it for some minutes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from quizzes.attempts.models import Attempt
from review.models import AnswerLease

# How long an answer belongs to whoever opened it. The page renews it while its reader works on it.
LEASE = timedelta(minutes=10)


def claim(*, attempt: Attempt, question: UUID, grader: User, now: datetime) -> AnswerLease | None:
    """Take or renew the answer for `grader`; returns None, or the lease of somebody else who has it."""
    rows = AnswerLease.objects.filter(attempt=attempt, question=question)
    until = now + LEASE
    # Conditional statements, so that of two people who open an answer at the same moment only one gets it.
    if (rows.filter(grader=grader) | rows.filter(until__lte=now)).update(grader=grader, until=until):
        return None
    AnswerLease.objects.bulk_create(
        [AnswerLease(attempt=attempt, question=question, grader=grader, until=until)], ignore_conflicts=True
    )
    return rows.select_related("grader").exclude(grader=grader).first()


def take_over(*, attempt: Attempt, question: UUID, grader: User, now: datetime) -> None:
    """Take the answer from whoever has it. That person is told when they save."""
    AnswerLease.objects.filter(attempt=attempt, question=question).update(grader=grader, until=now + LEASE)
    claim(attempt=attempt, question=question, grader=grader, now=now)


def release(*, attempt: Attempt, question: UUID, grader: User) -> None:
    """Give the answer back. Idempotent."""
    AnswerLease.objects.filter(attempt=attempt, question=question, grader=grader).delete()


def get_busy(grader: User, now: datetime) -> set[tuple[int, UUID]]:
    """Return (attempt id, question) of all answers that others are grading now. One query, as many rows as graders."""
    rows = AnswerLease.objects.filter(until__gt=now).exclude(grader=grader)
    return set(rows.values_list("attempt_id", "question"))


def find_graders(attempts: Iterable[Attempt], reader: User, now: datetime) -> dict[int, User]:
    """Return {attempt id: somebody else who grades an answer of it now}. One query."""
    rows = AnswerLease.objects.filter(attempt__in=list(attempts), until__gt=now).exclude(grader=reader)
    return {lease.attempt_id: lease.grader for lease in rows.select_related("grader")}


def forget_expired(now: datetime) -> None:
    """Delete leases that ended more than a day ago: of answers that were opened and left."""
    AnswerLease.objects.filter(until__lt=now - timedelta(days=1)).delete()
