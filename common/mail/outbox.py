"""Send each mail of an outbox table at most once, and never lose one silently.

The table is the queue. A sender claims a row (queued → sending) and commits before it contacts the mail server, so two senders
never send the same mail; `send_attempts` identifies the claim. If the sender dies, the row stays in `sending` and later becomes
`uncertain`, for a person to decide: the mail may or may not have been sent.

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

# Sending a mail never takes this long. If a row was claimed longer ago, its sender has died.
STALE = timedelta(minutes=15)
# Time to wait after the first, second, … attempt that certainly sent nothing. After the last one the mail has failed.
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
# Seconds that one run of the sweep spends on sending, well below the time limit of the workers.
BUDGET = 8.0
# Rows that only a person may send again, accepting that the mail may arrive twice.
RESENDABLE = Q(status__in=["uncertain", "failed"])


def mark_uncertain(rows: QuerySet[Any], *, now: datetime) -> int:
    """Set the rows that a dead sender left in `sending` to `uncertain`. Return how many."""
    return rows.filter(status="sending", claimed_at__lte=now - STALE).update(
        status="uncertain", finished_at=now, error="The sender stopped in the middle."
    )


def due_condition(now: datetime) -> Q:
    """Return the condition for rows that are queued and whose waiting time has passed."""
    waited = Q(send_attempts=0)
    for send_attempts, pause in enumerate(BACKOFF, start=1):
        waited |= Q(send_attempts=send_attempts, claimed_at__lte=now - pause)
    return Q(status="queued") & waited


def claim(rows: QuerySet[Row], pk: int, condition: Q, *, name: str, now: datetime) -> Row | None:
    """Claim the row and return it, or None if another sender has it. `name` starts its Message-ID, the same for each attempt."""
    row: Any = rows.filter(condition, pk=pk).first()
    if row is None:
        return None
    message_id = sending.message_id(f"{name}-{row.uuid}")
    # durable=True: the claim is committed before the mail server is contacted.
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
    """Send the mail of a claimed row and return the new status. `write` builds the message; None means nothing to send."""
    try:
        message = write()
    except Exception as error:
        log.exception("mail_not_written", kind=type(row).__name__, row=row.pk)
        return _finish(row, _later_or_never(row), now, f"{type(error).__name__}: {error}")
    if message is None:
        return _finish(row, "skipped", now)
    # Any other exception (a time limit) leaves the row in `sending`, because the mail may have been sent.
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
    # The sweep may have set the row to uncertain meanwhile; the claim is still ours unless a person has sent it again.
    type(row)._default_manager.filter(
        pk=row.pk, send_attempts=row.send_attempts, status__in=["sending", "uncertain"]
    ).update(status=status, finished_at=None if status == "queued" else now, error=error)
    write_log = log.warning if error else log.info
    write_log(
        "mail_of_a_row",
        kind=type(row).__name__,
        row=row.pk,
        status=status,
        send_attempts=row.send_attempts,
        error=error,
    )
    return status


def send_all(pks: Iterable[int], send_one: Callable[[int], str | None], *, budget: float = float("inf")) -> list[str]:
    """Send the rows one by one for at most `budget` seconds. Return the statuses of those that were claimed."""
    start = time.monotonic()
    outcomes = []
    for pk in pks:
        if time.monotonic() - start >= budget:
            break
        if outcome := send_one(pk):
            outcomes.append(outcome)
    return outcomes
