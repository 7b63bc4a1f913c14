"""Claim rows of long work for one worker, store its progress, notice that somebody has cancelled it, and find what was lost.

A table of long work has the columns `status`, `claims` and `lease_until`. A worker takes a row by a conditional update with a
lease, and `claims` is the token of its claim: after a cancel or another claim, none of its updates hits the row any more. The
message in the broker only wakes a worker. Without it, the sweep enqueues the row again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

import structlog
from django.db import models, transaction
from django.db.models import F, Q

from common.queue.publishing import enqueue_on_commit

log = structlog.get_logger(__name__)
M = TypeVar("M", bound=models.Model)
# How far the clock of another server may be ahead.
TOLERANCE = timedelta(minutes=1)
# How long a row waits for its message before it is enqueued again.
SWEEP_AFTER = timedelta(seconds=10)


class ClaimLost(Exception):
    """Raised if somebody has cancelled the work, or another worker has claimed it."""


class JobQuerySet(models.QuerySet[M]):
    """Rows of one table of long work.

    `working`: the states in which a worker has something to do. `lease`: how long a worker has a claimed row to itself.
    `most_claims`: how often a row may be claimed before it is given up. `task` is run for one row, whose id
    it takes as `argument`. `queued`: the column that says since when a row waits.
    """

    working: ClassVar[list[str]]
    lease: ClassVar[timedelta] = timedelta(seconds=60)
    most_claims: ClassVar[int] = 3
    task: ClassVar[str]
    argument: ClassVar[str] = "import_id"
    queued: ClassVar[str] = "queued_at"

    def claimable(self, *, now: datetime) -> Self:
        """Those that wait for a worker, and those whose worker has not answered for the time of its lease.

        A lease that ends later than any lease can is from a server whose clock was ahead. It is over, too.
        """
        is_over = Q(lease_until__lte=now) | Q(lease_until__gt=now + self.lease + TOLERANCE)
        return self.filter(Q(lease_until=None) | is_over, status__in=self.working)

    def claim(self, pk: int, *, now: datetime) -> bool:
        """Claim a row for this worker; returns whether it could be claimed."""
        found = self.claimable(now=now).filter(pk=pk, claims__lt=self.most_claims)
        return bool(found.update(lease_until=now + self.lease, claims=F("claims") + 1))

    def of_claim(self, job: models.Model) -> Self:
        """The row of `job`, if it is still as its worker has claimed it."""
        return self.filter(pk=job.pk, status=job.status, claims=job.claims)  # type: ignore[attr-defined]

    def enqueue(self, pk: int) -> None:
        """Wake a worker for one row after the commit."""
        enqueue_on_commit(self.task, **{self.argument: pk})

    def give_up(self, row: models.Model, *, now: datetime, **fields: Any) -> None:
        """End a row whose last claim is over."""
        log.error("job_given_up", job=str(row.uuid), table=self.model._meta.db_table)  # type: ignore[attr-defined]
        lost = self.claimable(now=now).filter(pk=row.pk, claims=row.claims)  # type: ignore[attr-defined]
        lost.update(lease_until=None, **fields)

    def exhausted(self, *, now: datetime) -> Self:
        """Those that a worker has begun too often without finishing."""
        return self.claimable(now=now).filter(claims__gte=self.most_claims)

    def enqueue_lost(self, *, now: datetime) -> int:
        """Enqueue those again whose message or worker was lost; returns how many."""
        after, ahead = now - SWEEP_AFTER, now + TOLERANCE
        has_waited = (
            Q(**{f"{self.queued}__lte": after}) | Q(**{f"{self.queued}__gt": ahead}) | Q(lease_until__isnull=False)
        )
        waiting = list(self.claimable(now=now).filter(has_waited).values_list("pk", flat=True))
        for pk in waiting:
            self.enqueue(pk)
        return len(waiting)


def update(job: models.Model, **fields: Any) -> None:
    """Update the row of a claimed job. Raises ClaimLost if the claim does not hold any more."""
    rows: JobQuerySet[Any] = type(job)._default_manager.all()  # type: ignore[assignment]
    if not rows.of_claim(job).update(**fields):
        raise ClaimLost


def extend(job: models.Model, now: datetime, **fields: Any) -> None:
    """Store the progress of a claimed job, and begin its lease anew. Raises ClaimLost."""
    rows: JobQuerySet[Any] = type(job)._default_manager.all()  # type: ignore[assignment]
    update(job, lease_until=now + rows.lease, **fields)


def continue_later(job: models.Model, now: datetime) -> None:
    """Let another task do the rest. It is no failure, so it does not count as one. Raises ClaimLost."""
    rows: JobQuerySet[Any] = type(job)._default_manager.all()  # type: ignore[assignment]
    with transaction.atomic():
        update(job, lease_until=None, claims=0, **{rows.queued: now})
        rows.enqueue(job.pk)


def finish(job: models.Model, **fields: Any) -> bool:
    """End the claim of a job; returns whether it still held. What was cancelled meanwhile stays as it is."""
    try:
        update(job, lease_until=None, **fields)
    except ClaimLost:
        log_lost(job)
        return False
    return True


def log_lost(job: models.Model) -> None:
    """Note that a worker has stopped, because its claim does not hold any more."""
    log.info("job_cancelled", job=str(job.uuid), table=type(job)._meta.db_table)  # type: ignore[attr-defined]


def cancel(job: models.Model, states: Sequence[str], fields: Mapping[str, Any]) -> bool:
    """Cancel a job that is in one of these states. A worker that has begun notices it. Returns whether it was cancelled."""
    rows = type(job)._default_manager.filter(pk=job.pk, status__in=states)
    return bool(rows.update(status="cancelled", lease_until=None, **fields))
