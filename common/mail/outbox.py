"""Send the mails of an outbox table: each at most once. The row of a mail shows if it was not sent.

The table is the queue. A sender claims a row (queued → sending) and commits before it contacts the mail server, so two senders
never send the same mail; `send_attempts` identifies the claim. If the sender dies, the row keeps the status `sending` until
`mark_uncertain` sets it to `uncertain`: nobody knows whether the mail was sent. Then a person decides whether to send it again.

The row's model has `uuid`, `status` (queued, sending, sent, skipped, uncertain, failed), `send_attempts`, `claimed_at`,
`finished_at`, `message_id` and `error`.
"""

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.core.mail.message import EmailMessage
from django.db import models, transaction
from django.db.models import F, Q, QuerySet

from common.database.prepared import PreparedUpdate
from common.mail import sending

log = structlog.get_logger(__name__)


class Skip(Exception):
    """Raised by what writes a mail: it is not to be sent. The text says why."""


Row = TypeVar("Row", bound=models.Model)

# Sending one mail takes much less time than this. If a row was claimed longer ago, its sender has died.
STALE = timedelta(minutes=15)
# A row that was claimed later than this from now was claimed by a server whose clock was ahead. Its time says nothing.
CLOCK_TOLERANCE = timedelta(minutes=1)
# Pauses after the first, second, … attempt, if it is certain that the attempt sent nothing. If the attempt after the last pause
# also sends nothing, the row gets the status `failed`.
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
# Seconds that one run of the sweep spends on sending, well below the time limit of the workers.
BUDGET = 8.0
# Stand for arguments of statements that are prepared.
_ID, _ATTEMPTS, _SAMPLE = 1_234_567_891, 12_345, datetime(1, 1, 1, tzinfo=UTC)
# Rows that only a person may send again. The person accepts that the mail may arrive twice.
RESENDABLE = Q(status__in=["uncertain", "failed"])


def mark_uncertain(rows: QuerySet[Any], *, now: datetime) -> int:
    """Set rows that have been in `sending` for longer than STALE to `uncertain`. Return how many."""
    return rows.filter(_is_over(now, STALE), status="sending").update(
        status="uncertain", finished_at=now, error="The sender stopped in the middle."
    )


def due_condition(now: datetime) -> Q:
    """Return the condition for rows that are queued and whose pause is over."""
    waited = Q(send_attempts=0)
    for send_attempts, pause in enumerate(BACKOFF, start=1):
        waited |= Q(_is_over(now, pause), send_attempts=send_attempts)
    return Q(status="queued") & waited


def _is_over(now: datetime, pause: timedelta) -> Q:
    """Return the condition for rows that were claimed at least `pause` ago, or by a clock that was ahead."""
    return Q(claimed_at__lte=now - pause) | Q(claimed_at__gt=now + CLOCK_TOLERANCE)


def claim(rows: QuerySet[Row], pk: int, condition: Q, *, name: str, now: datetime) -> Row | None:
    """Claim the row `pk` and return it. Return None if it does not meet `condition`, or if another sender claims it first.

    The Message-ID begins with `name` and is the same for each attempt. Raises RuntimeError inside a transaction.
    """
    row = rows.filter(condition, pk=pk).first()
    return row if row is not None and claim_row(row, name=name, now=now) else None


def claim_row(row: Any, *, name: str, now: datetime) -> bool:
    """Claim a row that may be sent, as it was read. Return whether it was as it was read, so that it is claimed now.

    The Message-ID begins with `name` and is the same for each attempt. Raises RuntimeError inside a transaction.
    """
    message_id = sending.message_id(f"{name}-{row.uuid}")
    # durable=True: the claim is committed before the mail server is contacted.
    with transaction.atomic(durable=True):
        claimed = _claims(row._meta.model).apply(row.pk, row.status, row.send_attempts, now, message_id)
    if claimed:
        row.send_attempts += 1
        row.message_id = message_id
    return bool(claimed)


def claim_others(row: Any, others: QuerySet[Row], condition: Q, *, now: datetime) -> list[Row]:
    """Claim the rows of `others` that meet `condition`, to go in the mail of `row`, which is claimed. Return them.

    They get its Message-ID. Of two senders at the same time, each gets the rows that it claimed first.
    """
    waiting: QuerySet[Any] = others.filter(condition).exclude(pk=row.pk)
    pks = list(waiting.values_list("pk", flat=True))
    if not pks:
        return []
    with transaction.atomic(durable=True):
        type(row)._default_manager.filter(condition, pk__in=pks).update(
            status="sending",
            claimed_at=now,
            finished_at=None,
            send_attempts=F("send_attempts") + 1,
            message_id=row.message_id,
        )
    return list(others.filter(pk__in=pks, status="sending", message_id=row.message_id).order_by("pk"))


def send(
    row: Any, write: Callable[[], EmailMessage | None], *, now: datetime, others: Sequence[models.Model] = ()
) -> str:
    """Send the mail of a claimed row and return the row's new status. `others` are claimed rows that go in the same mail.

    `write` builds the message. If it returns None or raises Skip, nothing is sent and the status is `skipped`.
    """
    return settle(row, *hand_over(row, write), now=now, others=others)


def settle(row: Any, status: str, error: str, *, now: datetime, others: Sequence[models.Model] = ()) -> str:
    """Note what became of a claimed row and of `others`, which went with it. Return the row's new status.

    `queued` means that nothing was sent: it is tried again after a pause, or never, if this was the last attempt.
    """
    for each in (row, *others):
        _finish(each, later_or_never(each.send_attempts) if status == "queued" else status, now, error)
    return later_or_never(row.send_attempts) if status == "queued" else status


def skip(row: Any, reason: str, *, now: datetime) -> None:
    """Take a claimed row out of its mail. `reason` says why."""
    _finish(row, "skipped", now, reason)


def hand_over(
    row: Any, write: Callable[[], EmailMessage | None], *, begin: Callable[[Any], None] | None = None
) -> tuple[str, str]:
    """Write and send the mail of a claimed row. Return (status, error); `queued` means that it was certainly not sent.

    `write` is that of `send`. `begin(row)` is called when the mail is written, before the mail server is told of it.
    """
    try:
        message = write()
        if message is None:
            raise Skip
        if begin is not None:
            begin(row)
    except Skip as reason:
        return "skipped", str(reason)
    except Exception as error:
        log.exception("mail_not_written", kind=type(row).__name__, row=row.pk)
        return "queued", f"{type(error).__name__}: {error}"
    # Any other exception, such as a time limit, leaves the row in `sending`, because the mail may have been sent.
    try:
        sending.deliver(message)
    except sending.Deferred as error:
        return "queued", str(error)
    except sending.Refused as error:
        return "failed", str(error)
    except sending.Uncertain as error:
        return "uncertain", str(error)
    return "sent", ""


def later_or_never(send_attempts: int) -> str:
    """Return what a row becomes whose mail was certainly not sent at this attempt."""
    return "queued" if send_attempts <= len(BACKOFF) else "failed"


def log_end(table: type[models.Model], pk: int, status: str, send_attempts: int, error: str) -> None:
    """Log what became of the mail of a row."""
    write_log = log.warning if error and status != "skipped" else log.info
    write_log("mail_of_a_row", kind=table.__name__, row=pk, status=status, send_attempts=send_attempts, error=error)


def _finish(row: Any, status: str, now: datetime, error: str = "") -> None:
    # The sweep may have set the row to `uncertain` in the meantime. If a person has sent the mail again, `send_attempts` has
    # changed, and nothing is updated.
    _ends(row._meta.model).apply(row.pk, row.send_attempts, status, None if status == "queued" else now, error)
    log_end(type(row), row.pk, status, row.send_attempts, error)


# Each mail runs both statements, and building one takes several times as long as running it.


@functools.cache
def _claims(table: Any) -> PreparedUpdate[Any]:
    """Return the UPDATE that claims a row: (id, status, send_attempts, now, Message-ID). Status and attempts are as they were."""

    def build(pk: int, status: str, send_attempts: int, now: datetime, message_id: str) -> Any:
        rows = table._default_manager.filter(pk=pk, status=status, send_attempts=send_attempts)
        values = {"claimed_at": now, "finished_at": None, "message_id": message_id}
        return rows, {"status": "sending", "send_attempts": F("send_attempts") + 1, **values}

    return PreparedUpdate(build, [_ID, "(status)", _ATTEMPTS, _SAMPLE, "(message id)"])


@functools.cache
def _ends(table: Any) -> PreparedUpdate[Any]:
    """Return the UPDATE that ends an attempt: (id, send_attempts, status, finished, error)."""

    def build(pk: int, send_attempts: int, status: str, finished_at: datetime, error: str) -> Any:
        rows = table._default_manager.filter(pk=pk, send_attempts=send_attempts, status__in=["sending", "uncertain"])
        return rows, {"status": status, "finished_at": finished_at, "error": error}

    return PreparedUpdate(build, [_ID, _ATTEMPTS, "(status)", _SAMPLE, "(error)"])


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
