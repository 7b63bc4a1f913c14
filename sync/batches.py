"""Carry out the operations of one batch in their order, each once. One that fails does not stop the others."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common import outages
from common.api.problems import document, problem
from quizzes.attempts.models import Attempt
from sync.batch import Batch
from sync.kinds import answers, notes, people, practice, progress
from sync.kinds.together import outcome_of_each
from sync.models import SyncOperation
from sync.outcomes import REFUSALS, Answer, OperationIdReused, Outcome, Refusal, Status, Stored
from sync.reading import Operation, find_id, read_operation

log = structlog.get_logger(__name__)

# The most operations of one batch. It is one transaction, which holds SQLite's write lock.
MOST = 100
# What became of an operation. None: it met a fault of ours.
_Result = Outcome | Refusal | None
# What is carried out together if one follows the other, because none of it depends on another one.
_TOGETHER: dict[str, Callable[[Batch, Sequence[Operation]], list[Outcome | Refusal]]] = {
    "answer": answers.answers,
    "note_write": notes.notes,
    "position": progress.positions,
}
_CARRY_OUT: dict[str, Callable[[Batch, Operation], Outcome]] = {
    "lesson_done": progress.lesson_done,
    "attempt_submit": answers.attempt_submit,
    "note_change": notes.note_change,
    "note_delete": notes.note_delete,
    "practice_answer": practice.practice_answer,
    "check_answer": practice.check_answer,
    "flag": answers.flag,
    "discussion_ask": people.discussion_ask,
    "message_read": people.message_read,
}


def apply(*, user: User, operations: Sequence[Any], now: datetime, sent_at: datetime | None = None) -> list[Answer]:
    """Carry out operations as they were sent, and return an answer to each, in their order.

    `sent_at` is the clock of the device when it sent them: by it the times of the operations are set right. All is stored, or
    nothing if the database fails meanwhile.
    """
    read = [_read(raw) for raw in operations]
    usable = [each for each in read if isinstance(each, Operation)]
    behind = now - sent_at if sent_at else timedelta(0)
    try:
        answered = _answer(Batch(user, usable, now=now, behind=behind), _runs(usable), _carry_out)
    except Exception as error:
        if outages.is_outage(error):
            raise
        # One of them met a fault of ours, and nothing is stored. A savepoint for each keeps it from undoing the others.
        answered = _answer(Batch(user, usable, now=now, behind=behind), [[each] for each in usable], _carry_out_guarded)
    left = iter(answered)
    return [
        next(left) if isinstance(each, Operation) else _reject(find_id(raw), each)
        for raw, each in zip(operations, read, strict=True)
    ]


def _read(raw: Any) -> Operation | Refusal:
    try:
        return read_operation(raw)
    except REFUSALS as refusal:
        return refusal


def _runs(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """Yield the operations in their order, in lists of what may be carried out together. A list has no id twice."""
    run: dict[UUID, Operation] = {}
    for operation in operations:
        if operation.kind not in _TOGETHER or operation.id in run:
            if run:
                yield list(run.values())
            run = {}
        if operation.kind in _TOGETHER:
            run[operation.id] = operation
        else:
            yield [operation]
    if run:
        yield list(run.values())


def _answer(
    batch: Batch,
    runs: Iterable[list[Operation]],
    carry_out: Callable[[Batch, list[Operation]], Sequence[_Result]],
) -> list[Answer]:
    """Carry out all runs in one transaction. Return the answers in their order. Raises what `carry_out` does not expect."""
    ids = [each.id for each in batch.operations]
    with transaction.atomic():
        _lock(batch)
        known = {row.uuid: row for row in SyncOperation.objects.filter(user=batch.user, uuid__in=ids)}
        new: list[SyncOperation] = []
        found: list[Answer] = []
        for run in runs:
            fresh = [each for each in run if each.id not in known]
            results = dict(zip([each.id for each in fresh], carry_out(batch, fresh), strict=True))
            for operation in run:
                if operation.id not in results:
                    found.append(_repeat(operation, known[operation.id]))
                    continue
                result = results[operation.id]
                if isinstance(result, Outcome):
                    known[operation.id] = _remember(batch, operation, result)
                    new.append(known[operation.id])
                found.append(_answer_to(operation, result))
        SyncOperation.objects.bulk_create(new)
    return found


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


def _carry_out(batch: Batch, run: Sequence[Operation]) -> list[Outcome | Refusal]:
    """Carry out one run: each kind of it at once."""
    found: dict[UUID, Outcome | Refusal] = {}
    for kind in dict.fromkeys(each.kind for each in run):
        of_kind = [each for each in run if each.kind == kind]
        if kind in _TOGETHER:
            results = _TOGETHER[kind](batch, of_kind)
        else:
            results = outcome_of_each(of_kind, partial(_CARRY_OUT[kind], batch))
        found.update(zip([each.id for each in of_kind], results, strict=True))
    return [found[each.id] for each in run]


def _carry_out_guarded(batch: Batch, run: Sequence[Operation]) -> Sequence[_Result]:
    """Carry out a run of one operation at most. A fault of ours undoes it."""
    try:
        with transaction.atomic():
            return _carry_out(batch, run)
    except Exception as error:  # (an app would send all that follows again and again because of our fault in one kind)
        if outages.is_outage(error):
            raise
        log.exception("operation_failed", kind=run[0].kind)
        return [None]


def _remember(batch: Batch, operation: Operation, outcome: Outcome) -> SyncOperation:
    return SyncOperation(
        user=batch.user,
        uuid=operation.id,
        kind=operation.kind,
        digest=operation.digest,
        status=outcome.status,
        note=outcome.note,
        sequence=outcome.sequence,
        received_at=batch.now,
    )


def _answer_to(operation: Operation, result: _Result) -> Answer:
    if result is None:
        title = _("Something broke on our side. What was saved is safe; try again later.")
        return Answer(operation.id, Status.REJECTED, problem=problem("server-error", 500, title))
    if not isinstance(result, Outcome):
        return _reject(operation.id, result)
    return Answer(operation.id, Status(result.status.value), note=result.note, sequence=result.sequence)


def _repeat(operation: Operation, known: SyncOperation) -> Answer:
    """Return the first answer to an operation that is sent again."""
    if known.digest != operation.digest:
        return _reject(operation.id, OperationIdReused(_("This id belongs to another operation.")))
    first = Stored(known.status)
    return Answer(operation.id, Status.DUPLICATE, first=first, note=known.note, sequence=known.sequence)


def _reject(name: UUID | None, refusal: Refusal) -> Answer:
    return Answer(name, Status.REJECTED, problem=document(refusal))
