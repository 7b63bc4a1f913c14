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
from django.db.models import F, Q

from common.database.durability import one_flush, relaxed_durability
from common.database.prepared import PreparedUpdate
from common.queue.publishing import enqueue_all_on_commit, enqueue_batched_on_commit
from quizzes import sequences
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.authoring import versions
from quizzes.grading.revisions import add_revision, grade_fields
from quizzes.grading.scoring import Grading, compute_grading

log = structlog.get_logger(__name__)
GRADE_TASK = "quizzes.tasks.grade_attempts"
MAX_GRADING_ATTEMPTS = 5
# How long a submitted attempt waits before the sweep enqueues it again.
SWEEP_AFTER = timedelta(seconds=10) * settings.SCHEDULE_FACTOR
SWEEP_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep did: the number of attempts enqueued again, and of those given up (status needs_attention)."""

    queued: int
    given_up: int


_MOMENTS = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in (2001, 2002, 2003))
_CLAIM = PreparedUpdate(
    lambda pk, now, latest_lease, lease_until: (
        Attempt.objects.claimable(now=now, latest_lease=latest_lease).filter(
            pk=pk, grading_attempts__lt=MAX_GRADING_ATTEMPTS
        ),
        {"status": Attempt.Status.GRADING, "lease_until": lease_until, "grading_attempts": F("grading_attempts") + 1},
    ),
    samples=(-1, *_MOMENTS),
    returning="grading_attempts",
)
# `grading_attempts` is the token of the claim. It is compared together with the lease, because a retry resets it to 0. The
# deduction is compared so that an override granted during grading is not lost.
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
    """Enqueue an attempt for grading after the caller's transaction has been committed."""
    enqueue_batched_on_commit(GRADE_TASK, "attempt_ids", attempt_id)


def grade_attempts(*, attempt_ids: Sequence[int], now: datetime) -> int:
    """Grade those of the attempts that wait for grading; returns how many. An error in one is logged, the others go on.

    Raises database errors and SoftTimeLimitExceeded, which would affect the others too.
    """
    graded = 0
    # The message is acknowledged after the flush.
    with one_flush():
        for attempt_id in attempt_ids:
            try:
                graded += grade_attempt(attempt_id=attempt_id, now=now)
            except (DatabaseFailure, SoftTimeLimitExceeded):
                raise
            except Exception:
                log.exception("grading_failed", attempt=attempt_id)
    return graded


def grade_attempt(*, attempt_id: int, now: datetime) -> bool:
    """Grade one attempt if it waits for grading; returns whether this call did. Idempotent, also in concurrent workers.

    After an error the claim stays. When its lease has expired, the sweep enqueues the attempt again; after
    MAX_GRADING_ATTEMPTS it gets the status needs_attention.
    """
    token = claim(attempt_id, now)
    if token is None:
        return False
    attempt = queries.get_attempt(attempt_id)
    lease = attempt.lease_until
    while (attempt.status, attempt.grading_attempts, attempt.lease_until) == (Attempt.Status.GRADING, token, lease):
        if finish(attempt, token, compute_grading(attempt, key=versions.get_answer_key(attempt.version)), now):
            return True
        # Another grader has claimed the attempt, or its deduction has changed. If only the deduction, grade it again.
        attempt = queries.get_attempt(attempt_id)
    log.warning("grading_lease_lost", attempt=str(attempt.uuid))
    return False


def claim(attempt_id: int, now: datetime) -> int | None:
    """Claim the attempt for the time of a lease; returns the claim's token, None if it does not wait for grading.

    Does not wait for fsync: if a power cut loses the claim, the attempt waits for grading again.
    """
    with relaxed_durability():
        tokens = _CLAIM.apply(attempt_id, now, _latest_lease(now), now + timedelta(seconds=settings.GRADING_LEASE))
    return tokens[0] if tokens else None


def _latest_lease(now: datetime) -> datetime:
    """Return the end of the latest possible lease. A later one is from a server whose clock was ahead."""
    return now + timedelta(seconds=settings.GRADING_LEASE) + sequences.TOLERANCE


def finish(attempt: Attempt, token: int, grading: Grading, now: datetime) -> bool:
    """Store the attempt's first grading; returns False and stores nothing if the claim or the deduction has changed."""
    with transaction.atomic():
        fields = grade_fields(grading, now)
        finished = _FINISH.apply(
            attempt.pk,
            token,
            attempt.lease_until,
            attempt.late_deduction,
            fields["status"],
            fields["points"],
            fields["max_points"],
            # None if a question is pending. This is the first grading, so there is no earlier time to keep.
            fields.get("graded_at"),
        )
        if not finished:
            return False
        add_revision(attempt, grading, revision=1, version_id=attempt.version_id, now=now)
    return True


def sweep(*, now: datetime, after: timedelta = SWEEP_AFTER) -> Sweep:
    """Enqueue attempts again that have waited longer than `after` or whose lease has expired.

    A submit in the future is from a server whose clock was ahead. It counts as one that has waited. Attempts that failed
    MAX_GRADING_ATTEMPTS times get the status needs_attention instead.
    """
    claimable = Attempt.objects.claimable(now=now, latest_lease=_latest_lease(now))
    given_up = claimable.filter(grading_attempts__gte=MAX_GRADING_ATTEMPTS).update(
        status=Attempt.Status.NEEDS_ATTENTION, lease_until=None
    )
    if given_up:
        log.error("attempts_need_attention", count=given_up)
    has_waited = Q(submitted_at__lte=now - after) | Q(submitted_at__gt=now + sequences.TOLERANCE)
    waiting = list(claimable.filter(has_waited).order_by("submitted_at").values_list("pk", flat=True)[:SWEEP_LIMIT])
    enqueue_all_on_commit(GRADE_TASK, "attempt_ids", waiting)
    return Sweep(queued=len(waiting), given_up=given_up)


def retry_grading(*, attempt: Attempt) -> bool:
    """Reset and enqueue an attempt with the status needs_attention; returns whether it had that status."""
    with transaction.atomic():
        reopened = Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.NEEDS_ATTENTION).update(
            status=Attempt.Status.SUBMITTED, grading_attempts=0
        )
        if reopened:
            enqueue_grading(attempt.pk)
    return bool(reopened)
