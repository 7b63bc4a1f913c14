"""Merge what was done and where somebody stopped: done is a union, of positions the latest stands."""

from collections.abc import Sequence
from datetime import datetime

from courses import progress
from courses.lessons import reading
from courses.models import Activity, Enrolment, ReadingPosition
from sync.batch import Batch
from sync.kinds.together import outcome_of_each
from sync.outcomes import APPLIED, Outcome, Refusal, Stored
from sync.reading import Operation


def lesson_done(batch: Batch, operation: Operation) -> Outcome:
    """Mark the lesson as done, at the time at which it was. No operation takes that back."""
    lesson, enrolment = batch.lesson(operation)
    progress.mark_done(enrolment=enrolment, activity=lesson, now=batch.moment(operation, enrolment))
    return APPLIED


def positions(batch: Batch, operations: Sequence[Operation]) -> list[Outcome | Refusal]:
    """Store where the student stopped. A conflict: another device has read on later. Refused with Http404 and NoAnchor."""
    read: list[ReadingPosition] = []

    def read_one(operation: Operation) -> Outcome:
        lesson, enrolment = batch.lesson(operation)
        anchor, at = operation.values["anchor"], batch.moment(operation, enrolment)
        reading.check_anchor(anchor)
        read.append(ReadingPosition(enrolment=enrolment, activity=lesson, anchor=anchor, read_at=at))
        return APPLIED

    found = outcome_of_each(operations, read_one)
    latest: dict[int, ReadingPosition] = {}
    for each in read:
        before = latest.get(each.enrolment_id)
        if before is None or each.read_at > before.read_at:
            latest[each.enrolment_id] = each
    for visit in latest.values():
        _record_visit(visit.enrolment, visit.activity, visit.read_at)
    stands = iter(reading.merge_positions(read))
    return [Outcome(Stored.CONFLICT) if each is APPLIED and not next(stands) else each for each in found]


def _record_visit(enrolment: Enrolment, lesson: Activity, at: datetime) -> None:
    if enrolment.last_seen_at is None or at > enrolment.last_seen_at:
        progress.record_visit(enrolment=enrolment, activity=lesson, now=at)
        enrolment.last_activity_id, enrolment.last_seen_at = lesson.pk, at
