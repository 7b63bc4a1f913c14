"""Grade submitted attempts: claim, compute, finish, and sweep for attempts that nobody graded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.db.models import F

from common.database.durability import relaxed_durability
from common.database.prepared import PreparedUpdate
from common.queue.publishing import enqueue_all_on_commit, enqueue_batched_on_commit
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.authoring import versions
from quizzes.grading.revisions import add_revision, grade_fields
from quizzes.grading.scoring import Grading, compute_grading

log = structlog.get_logger(__name__)
GRADE_TASK = "quizzes.tasks.grade_attempts"
MAX_GRADING_ATTEMPTS = 5
# How long a submitted attempt may wait before the sweep rings again for it.
SWEEP_AFTER = timedelta(seconds=10)
SWEEP_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep did: attempts announced again, and given up as needing attention."""

    queued: int
    given_up: int


_MOMENTS = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 2, 2, tzinfo=UTC)
_CLAIM = PreparedUpdate(
    lambda pk, now, lease_until: (
        Attempt.objects.claimable(now=now).filter(pk=pk, grading_attempts__lt=MAX_GRADING_ATTEMPTS),
        {"status": Attempt.Status.GRADING, "lease_until": lease_until, "grading_attempts": F("grading_attempts") + 1},
    ),
    samples=(-1, *_MOMENTS),
    returning="grading_attempts",
)
# The lease as well as the token, because a retry counts `tries` from the beginning; and the deduction, because an
# exception that was granted meanwhile would be lost.
_FINISH = PreparedUpdate(
    lambda pk, token, lease, deduction, status, points, max_points, graded_at: (
        Attempt.objects.filter(
            pk=pk, status=Attempt.Status.GRADING, grading_attempts=token, lease_until=lease, late_deduction=deduction
        ),
        {"lease_until": None, "status": status, "points": points, "max_points": max_points, "graded_at": graded_at},
    ),
    samples=(-1, 101, _MOMENTS[0], 102, "status", Decimal("1.25"), Decimal("2.25"), _MOMENTS[1]),
)


def enqueue_grading(attempt_id: int) -> None:
    """Ring for a worker to grade an attempt, once the caller's transaction has been committed."""
    enqueue_batched_on_commit(GRADE_TASK, "attempt_ids", attempt_id)


def grade_attempts(*, attempt_ids: Sequence[int], now: datetime) -> int:
    """Grade those that wait for it, each by itself: one that cannot be graded keeps no other from its grade.

    Returns how many this call graded. Raises what the database does, and what ends a task that takes too long.
    """
    graded = 0
    for attempt_id in attempt_ids:
        try:
            graded += grade_attempt(attempt_id=attempt_id, now=now)
        except (DatabaseFailure, SoftTimeLimitExceeded):
            raise
        except Exception:
            log.exception("grading_failed", attempt=attempt_id)
    return graded


def grade_attempt(*, attempt_id: int, now: datetime) -> bool:
    """Grade one attempt if it waits for that. Safe to repeat and to run in several workers at once.

    Returns whether this call graded it. An error while grading leaves the claim: the lease runs out, the sweep rings
    again, and after MAX_TRIES a person is asked.
    """
    token = _claim(attempt_id, now)
    if token is None:
        return False
    attempt = queries.get_attempt(attempt_id)
    lease = attempt.lease_until
    while (attempt.status, attempt.grading_attempts, attempt.lease_until) == (Attempt.Status.GRADING, token, lease):
        if _finish(attempt, token, compute_grading(attempt, key=versions.get_answer_key(attempt.version)), now):
            return True
        # Lost, or a deduction was taken off meanwhile: then it is graded again at once.
        attempt = queries.get_attempt(attempt_id)
    log.warning("grading_lease_lost", attempt=str(attempt.uuid))
    return False


def _claim(attempt_id: int, now: datetime) -> int | None:
    """Take the attempt for the lease's time; returns the token, None when there is nothing to take.

    Does not wait for the disk: a power cut that takes the claim leaves an attempt that waits for a grader.
    """
    with relaxed_durability():
        tokens = _CLAIM.apply(attempt_id, now, now + timedelta(seconds=settings.GRADING_LEASE))
    return tokens[0] if tokens else None


def _finish(attempt: Attempt, token: int, grading: Grading, now: datetime) -> bool:
    with transaction.atomic():
        standing = grade_fields(grading, now)
        mine = _FINISH.apply(
            attempt.pk,
            token,
            attempt.lease_until,
            attempt.late_deduction,
            standing["status"],
            standing["points"],
            standing["max_points"],
            # What waits for a person has not been graded before: this is the first grading.
            standing.get("graded_at"),
        )
        if not mine:
            return False
        add_revision(attempt, grading, revision=1, version_id=attempt.version_id, now=now)
    return True


def sweep(*, now: datetime, after: timedelta = SWEEP_AFTER) -> Sweep:
    """Ring again for what stayed submitted for so long and for every expired lease; hand over to a person what failed
    too often."""
    given_up = (
        Attempt.objects.claimable(now=now)
        .filter(grading_attempts__gte=MAX_GRADING_ATTEMPTS)
        .update(status=Attempt.Status.NEEDS_ATTENTION, lease_until=None)
    )
    if given_up:
        log.error("attempts_need_attention", count=given_up)
    waiting = list(
        Attempt.objects.claimable(now=now)
        .filter(submitted_at__lte=now - after)
        .order_by("submitted_at")
        .values_list("pk", flat=True)[:SWEEP_LIMIT]
    )
    enqueue_all_on_commit(GRADE_TASK, "attempt_ids", waiting)
    return Sweep(queued=len(waiting), given_up=given_up)


def retry_grading(*, attempt: Attempt) -> bool:
    """Give an attempt that could not be graded another MAX_TRIES; returns whether it was waiting for that."""
    with transaction.atomic():
        reopened = Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.NEEDS_ATTENTION).update(
            status=Attempt.Status.SUBMITTED, grading_attempts=0
        )
        if reopened:
            enqueue_grading(attempt.pk)
    return bool(reopened)
