"""Carry out the operations of one batch in their order, each once. One that fails does not stop the others."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import User
from common import outages
from common.api.problems import document, problem
from common.errors import DomainError
from quizzes.attempts.models import Attempt
from sync.batch import Batch
from sync.kinds import answers, notes, practice, progress
from sync.models import SyncOperation
from sync.outcomes import Answer, OperationIdReused, Outcome, Status, Stored
from sync.reading import Operation, find_id, read_operation

log = structlog.get_logger(__name__)

# The most operations of one batch. It is one transaction, which holds SQLite's write lock.
MOST = 100
_CARRY_OUT: dict[str, Callable[[Batch, Operation], Outcome]] = {
    "lesson_done": progress.lesson_done,
    "position": progress.position,
    "answer": answers.answer,
    "attempt_submit": answers.attempt_submit,
    "note_write": notes.note_write,
    "note_change": notes.note_change,
    "note_delete": notes.note_delete,
    "practice_answer": practice.practice_answer,
}
_Refusal = DomainError | Http404 | ValidationError
_Guard = Callable[[], AbstractContextManager[None]]


def apply(*, user: User, operations: Sequence[Any], now: datetime, sent_at: datetime | None = None) -> list[Answer]:
    """Carry out operations as they were sent, and return an answer to each, in their order.

    `sent_at` is the clock of the device when it sent them: by it the times of the operations are set right. All is stored, or
    nothing if the database fails meanwhile.
    """
    read = [_read(raw) for raw in operations]
    usable = [each for each in read if isinstance(each, Operation)]
    behind = now - sent_at if sent_at else timedelta(0)
    try:
        return _run(Batch(user, usable, now=now, behind=behind), operations, read, guard=nullcontext)
    except Exception as error:
        if outages.is_outage(error):
            raise
    # One of them met a fault of ours, and nothing is stored. A savepoint for each keeps it from undoing the others.
    return _run(Batch(user, usable, now=now, behind=behind), operations, read, guard=transaction.atomic)


def _run(batch: Batch, sent: Sequence[Any], read: Sequence[Operation | _Refusal], *, guard: _Guard) -> list[Answer]:
    """Carry out the operations in one transaction, each inside a `guard`. Raises what none of them expects."""
    ids = [each.id for each in batch.operations]
    with transaction.atomic():
        _lock(batch)
        known = {row.uuid: row for row in SyncOperation.objects.filter(user=batch.user, uuid__in=ids)}
        new: list[SyncOperation] = []
        found: list[Answer] = []
        for raw, each in zip(sent, read, strict=True):
            if not isinstance(each, Operation):
                found.append(_reject(find_id(raw), each))
                continue
            answer, row = _apply(batch, each, known.get(each.id), guard)
            if row is not None:
                known[each.id] = row
                new.append(row)
            found.append(answer)
        SyncOperation.objects.bulk_create(new)
    return found


def _read(raw: Any) -> Operation | _Refusal:
    try:
        return read_operation(raw)
    except (DomainError, ValidationError) as refusal:
        return refusal


def _lock(batch: Batch) -> None:
    """Lock the person's row, so that batches of two devices run one after the other, and then the attempts in order of their ids.

    A deadline that closes an attempt meanwhile locks the attempt and then the enrolment. So does a batch, and none waits for the
    other.
    """
    list(User.objects.select_for_update().filter(pk=batch.user.pk).values("pk"))
    named = batch.named("attempt")
    if named:
        own = Attempt.objects.filter(enrolment__user=batch.user, uuid__in=named).order_by("pk")
        list(own.select_for_update(of=("self",)).values("pk"))


def _apply(
    batch: Batch, operation: Operation, known: SyncOperation | None, guard: _Guard
) -> tuple[Answer, SyncOperation | None]:
    """Return the answer to one operation, and the row to store if it was carried out now."""
    if known is not None:
        return _repeat(operation, known), None
    try:
        with guard():
            try:
                outcome = _CARRY_OUT[operation.kind](batch, operation)
            except (DomainError, Http404, ValidationError) as refusal:
                return _reject(operation.id, refusal), None
    except Exception as error:  # (an app would send all that follows again and again because of our fault in one kind)
        if guard is nullcontext or outages.is_outage(error):
            raise
        log.exception("operation_failed", kind=operation.kind)
        title = _("Something broke on our side. What was saved is safe; try again later.")
        return Answer(operation.id, Status.REJECTED, problem=problem("server-error", 500, title)), None
    row = SyncOperation(
        user=batch.user,
        uuid=operation.id,
        kind=operation.kind,
        digest=operation.digest,
        status=outcome.status,
        note=outcome.note,
        sequence=outcome.sequence,
        received_at=batch.now,
    )
    answer = Answer(operation.id, Status(outcome.status.value), note=outcome.note, sequence=outcome.sequence)
    return answer, row


def _repeat(operation: Operation, known: SyncOperation) -> Answer:
    """Return the first answer to an operation that is sent again."""
    if known.digest != operation.digest:
        return _reject(operation.id, OperationIdReused(_("This id belongs to another operation.")))
    first = Stored(known.status)
    return Answer(operation.id, Status.DUPLICATE, first=first, note=known.note, sequence=known.sequence)


def _reject(name: UUID | None, refusal: _Refusal) -> Answer:
    return Answer(name, Status.REJECTED, problem=document(refusal))
