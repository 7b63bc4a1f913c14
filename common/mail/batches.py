"""Send the mails of many rows of an outbox: one claim, one commit and one note of what became of them, for any number.

`common.mail.outbox` says what a claim is. Here one claims all rows of a batch before the first mail. Which mail is being handed
over is noted in a journal (`common.mail.journal`), so that a sender that is killed leaves at most one mail of which nobody knows.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.core.mail.message import EmailMessage
from django.db import models, transaction
from django.db.models import Case, F, QuerySet, TextField, Value, When

from common.mail import outbox, sending
from common.mail.journal import Journal, abandoned

log = structlog.get_logger(__name__)

# Seconds that a batch may take, far below `outbox.STALE`: as long as it runs, its rows must not look like those of a dead sender.
LONGEST = 300.0


@dataclass(frozen=True, slots=True)
class _Before:
    """What a row was before it was claimed."""

    status: str
    send_attempts: int
    claimed_at: datetime | None
    finished_at: datetime | None


class Batch:
    """Rows that this sender has claimed. `outcomes`: {id: new status} of those whose mails were tried."""

    def __init__(
        self, table: Any, rows: Sequence[Any], before: dict[int, _Before], journal: Journal, now: datetime
    ) -> None:
        self.rows = rows
        self.outcomes: dict[int, str] = {}
        self._table = table
        self._before = before
        self._journal = journal
        self._now = now
        self._begun: set[int] = set()
        self._ended: dict[int, tuple[str, str]] = {}

    def send_all(self, write: Callable[[Any], EmailMessage | None], *, budget: float) -> None:
        """Send the mail of each row; after `budget` seconds start no more. `write` is that of `outbox.send`."""
        start = time.monotonic()
        for row in self.rows:
            if time.monotonic() - start >= min(budget, LONGEST):
                break
            status, error = outbox.hand_over(row, lambda row=row: write(row), begin=self._begin)  # type: ignore[misc]
            self._ended[row.pk] = (status, error)
            self._journal.ended(row.pk, status, error)
            self.outcomes[row.pk] = outbox.later_or_never(row.send_attempts) if status == "queued" else status

    def end(self) -> None:
        """Note what became of the mails, and release the rows whose mails were not begun, as they were before."""
        _settle(self._table, {row.pk: row.send_attempts for row in self.rows}, self._ended, self._now)
        left = [row.pk for row in self.rows if row.pk not in self._begun and row.pk not in self._ended]
        # Before the release, so that nobody finds the journal and releases them again, when others have claimed them.
        self._journal.remove()
        self._release(left)

    def _begin(self, row: Any) -> None:
        self._begun.add(row.pk)
        self._journal.begun(row.pk)

    def _release(self, pks: Sequence[int]) -> None:
        groups: dict[_Before, list[int]] = {}
        for pk in pks:
            groups.setdefault(self._before[pk], []).append(pk)
        for was, members in groups.items():
            self._table.filter(pk__in=members, status="sending", send_attempts=was.send_attempts + 1).update(
                status=was.status,
                send_attempts=was.send_attempts,
                claimed_at=was.claimed_at,
                finished_at=was.finished_at,
            )


@contextmanager
def claimed(
    waiting: QuerySet[Any], *, name: str, now: datetime, choose: Callable[[list[Any]], list[Any]]
) -> Iterator[Batch]:
    """Claim the rows of `waiting` that no other sender is claiming, and of these what `choose` returns.

    `choose` may change the others. The Message-ID begins with `name` and is the same for each attempt. Raises RuntimeError
    inside a transaction.
    """
    table = waiting.model._default_manager
    # First: without a place for it no mail may be begun.
    journal = Journal.start(waiting.model._meta.label_lower)
    try:
        # durable=True: the claim is committed before the mail server is contacted.
        with transaction.atomic(durable=True):
            rows = choose(list(waiting.select_for_update(of=("self",), skip_locked=True)))
            before = {row.pk: _Before(row.status, row.send_attempts, row.claimed_at, row.finished_at) for row in rows}
            _mark(table, rows, name, now)
        batch = Batch(table, rows, before, journal, now)
        try:
            # What a person sends again is not queued when its sender dies.
            queued = [row.pk for row in rows if before[row.pk].status == "queued"]
            journal.claimed({row.pk: row.send_attempts for row in rows}, queued, now)
            yield batch
        finally:
            batch.end()
    finally:
        journal.close()


def _mark(table: Any, rows: Sequence[Any], name: str, now: datetime) -> None:
    if unnamed := [row for row in rows if not row.message_id]:
        for row in unnamed:
            row.message_id = sending.message_id(f"{name}-{row.uuid}")
        table.bulk_update(unnamed, ["message_id"])
    if rows:
        table.filter(pk__in=[row.pk for row in rows]).update(
            status="sending", claimed_at=now, finished_at=None, send_attempts=F("send_attempts") + 1
        )
    for row in rows:
        row.status, row.claimed_at, row.finished_at, row.send_attempts = "sending", now, None, row.send_attempts + 1


def recover(rows: QuerySet[Any], *, now: datetime) -> int:
    """Finish what killed senders of this machine have left: note how mails ended, release rows that were not begun.

    Return how many rows are released. What was being handed over stays in `sending`, until `outbox.mark_uncertain`.
    """
    released = 0
    for journal, found in abandoned(rows.model._meta.label_lower):
        _settle(rows, found.attempts, found.ended, now)
        untouched = found.untouched
        # Before the release: it must not happen twice.
        journal.remove()
        for attempt in set(untouched.values()):
            pks = [pk for pk, number in untouched.items() if number == attempt]
            held = rows.filter(pk__in=pks, status="sending", send_attempts=attempt, claimed_at=found.at)
            released += held.update(status="queued", send_attempts=attempt - 1)
    return released


def _settle(table: Any, attempts: dict[int, int], ended: dict[int, tuple[str, str]], now: datetime) -> None:
    """Note how mails ended: one statement for each status, whatever the errors are."""
    groups: dict[tuple[str, int], dict[int, str]] = {}
    for pk, (status, error) in ended.items():
        attempt = attempts[pk]
        final = outbox.later_or_never(attempt) if status == "queued" else status
        groups.setdefault((final, attempt), {})[pk] = error
        outbox.log_end(table.model, pk, final, attempt, error)
    for (status, attempt), errors in groups.items():
        # The sweep may have set a row to `uncertain` meanwhile. If a person has sent its mail again, the attempt is another.
        rows = table.filter(pk__in=errors, send_attempts=attempt, status__in=["sending", "uncertain"])
        rows.update(status=status, finished_at=None if status == "queued" else now, error=_say(errors))


def _say(errors: dict[int, str]) -> models.Expression:
    first, *others = set(errors.values())
    if not others:
        return Value(first)
    return Case(*(When(pk=pk, then=Value(error)) for pk, error in errors.items()), output_field=TextField())
