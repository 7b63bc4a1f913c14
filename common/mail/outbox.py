"""Send the mails of an outbox table: each at most once. The row of a mail shows if it was not sent.

The table is the queue. A sender claims a row (queued → sending) and commits before it contacts the mail server, so two senders
never send the same mail; `send_attempts` identifies the claim. If the sender dies, the row keeps the status `sending` until
`mark_uncertain` sets it to `uncertain`: nobody knows whether the mail was sent. Then a person decides whether to send it again.

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

# Sending one mail takes much less time than this. If a row was claimed longer ago, its sender has died.
STALE = timedelta(minutes=15)
# Pauses after the first, second, … attempt, if it is certain that the attempt sent nothing. If the attempt after the last pause
# also sends nothing, the row gets the status `failed`.
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
# Seconds that one run of the sweep spends on sending, well below the time limit of the workers.
BUDGET = 8.0
# Rows that only a person may send again. The person accepts that the mail may arrive twice.
RESENDABLE = Q(status__in=["uncertain", "failed"])


def mark_uncertain(rows: QuerySet[Any], *, now: datetime) -> int:
    """Set rows that have been in `sending` for longer than STALE to `uncertain`. Return how many."""
    return rows.filter(status="sending", claimed_at__lte=now - STALE).update(
        status="uncertain", finished_at=now, error="The sender stopped in the middle."
    )


def due_condition(now: datetime) -> Q:
    """Return the condition for rows that are queued and whose pause is over."""
    waited = Q(send_attempts=0)
    for send_attempts, pause in enumerate(BACKOFF, start=1):
        waited |= Q(send_attempts=send_attempts, claimed_at__lte=now - pause)
    return Q(status="queued") & waited


def claim(rows: QuerySet[Row], pk: int, condition: Q, *, name: str, now: datetime) -> Row | None:
    """Claim the row `pk` and return it. Return None if it does not meet `condition`, or if another sender claims it first.

    The Message-ID begins with `name` and is the same for each attempt. Raises RuntimeError inside a transaction.
    """
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
    """Send the mail of a claimed row and return the row's new status.

    `write` builds the message. If it returns None, nothing is sent and the status is `skipped`.
    """
    try:
        message = write()
    except Exception as error:
        log.exception("mail_not_written", kind=type(row).__name__, row=row.pk)
        return _finish(row, _later_or_never(row), now, f"{type(error).__name__}: {error}")
    if message is None:
        return _finish(row, "skipped", now)
    # Any other exception, such as a time limit, leaves the row in `sending`, because the mail may have been sent.
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
    # The sweep may have set the row to `uncertain` in the meantime. If a person has sent the mail again, `send_attempts` has
    # changed, and nothing is updated.
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
    """Call `send_one` for each row; after `budget` seconds start no more. Return the statuses of the rows that were claimed.

    `send_one` returns the new status of a row, or None if it did not claim the row.
    """
    start = time.monotonic()
    outcomes = []
    for pk in pks:
        if time.monotonic() - start >= budget:
            break
        if outcome := send_one(pk):
            outcomes.append(outcome)
    return outcomes
