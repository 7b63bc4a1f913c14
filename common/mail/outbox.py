"""Owns how a mail that has a row goes once and is never silently lost.

The row is the queue. A sender claims it (queued → sending) and commits before it speaks to a mail server, so that two
senders never send the same mail; `send_attempts` is the token of its claim. One that dies in between leaves the row in
`sending`; after a while it is `uncertain`, for a person to look at, because nobody can tell whether the mail went.

The row's model has `uuid`, `status` (queued, sending, sent, skipped, uncertain, failed), `send_attempts`, `claimed_at`,
`finished_at`, `message_id` and `error`.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.core.mail.message import EmailMessage
from django.db import models, transaction
from django.db.models import F, Q, QuerySet

from common.mail import sending

log = structlog.get_logger(__name__)

Row = TypeVar("Row", bound=models.Model)

# Longer than any sending takes: whoever claimed the row this long ago is dead.
STALE = timedelta(minutes=15)
# How long to wait after the first, second, … try that certainly did not send; after the last, the mail is given up.
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
# Seconds that a wake-up spends on sending what stayed queued, well inside the workers' time limit.
BUDGET = 8.0
# Claimed by hand only, by somebody who decides that twice is better than never.
RESENDABLE = Q(status__in=["uncertain", "failed"])


def mark_uncertain(rows: QuerySet[Any], *, now: datetime) -> int:
    """Call uncertain what a sender that died has left; returns how many."""
    return rows.filter(status="sending", claimed_at__lte=now - STALE).update(
        status="uncertain", finished_at=now, error="The sender stopped in the middle."
    )


def due_condition(now: datetime) -> Q:
    """Queued, and not put off to a later time."""
    waited = Q(send_attempts=0)
    for send_attempts, pause in enumerate(BACKOFF, start=1):
        waited |= Q(send_attempts=send_attempts, claimed_at__lte=now - pause)
    return Q(status="queued") & waited


def claim(rows: QuerySet[Row], pk: int, condition: Q, *, name: str, now: datetime) -> Row | None:
    """Take the row, or None when somebody else has it. `name` begins its Message-ID, the same at each try."""
    row: Any = rows.filter(condition, pk=pk).first()
    if row is None:
        return None
    message_id = sending.message_id(f"{name}-{row.uuid}")
    # Durable: committed when it returns, before any mail server hears of it.
    with transaction.atomic(durable=True):
        claimed = rows.model._default_manager.filter(condition, pk=pk, send_attempts=row.send_attempts).update(
            status="sending",
            claimed_at=now,
            finished_at=None,
            send_attempts=F("send_attempts") + 1,
            message_id=message_id,
        )
    if not claimed:
        return None
    row.send_attempts += 1
    row.message_id = message_id
    return row  # type: ignore[no-any-return]


def send(row: Any, write: Callable[[], EmailMessage | None], *, now: datetime) -> str:
    """Write and send the mail of a claimed row; returns what became of it. `write` returns None for nothing to say."""
    try:
        message = write()
    except Exception as error:
        log.exception("mail_not_written", kind=type(row).__name__, row=row.pk)
        return _finish(row, _later_or_never(row), now, f"{type(error).__name__}: {error}")
    if message is None:
        return _finish(row, "skipped", now)
    # Anything but these three (a time limit, a kill) leaves the row in `sending`: nobody knows how far it came.
    try:
        sending.deliver(message)
    except sending.Deferred as error:
        return _finish(row, _later_or_never(row), now, str(error))
    except sending.Refused as error:
        return _finish(row, "failed", now, str(error))
    except sending.Uncertain as error:
        return _finish(row, "uncertain", now, str(error))
    return _finish(row, "sent", now)


def _later_or_never(row: Any) -> str:
    return "queued" if row.send_attempts <= len(BACKOFF) else "failed"


def _finish(row: Any, status: str, now: datetime, error: str = "") -> str:
    # A row that was called uncertain while we were slow is ours still, unless a person has sent it again.
    type(row)._default_manager.filter(
        pk=row.pk, send_attempts=row.send_attempts, status__in=["sending", "uncertain"]
    ).update(status=status, finished_at=None if status == "queued" else now, error=error)
    tell = log.warning if error else log.info
    tell(
        "mail_of_a_row",
        kind=type(row).__name__,
        row=row.pk,
        status=status,
        send_attempts=row.send_attempts,
        error=error,
    )
    return status


def send_all(pks: Iterable[int], send_one: Callable[[int], str | None], *, budget: float = float("inf")) -> list[str]:
    """Send one after the other until `budget` seconds are used up; returns what became of those that were ours."""
    start = time.monotonic()
    outcomes = []
    for pk in pks:
        if time.monotonic() - start >= budget:
            break
        if outcome := send_one(pk):
            outcomes.append(outcome)
    return outcomes
