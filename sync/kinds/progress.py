"""Merge what was done and where somebody stopped: done is a union, of positions the latest stands."""

from courses import progress
from courses.lessons import reading
from sync.batch import Batch
from sync.outcomes import APPLIED, Outcome, Stored
from sync.reading import Operation


def lesson_done(batch: Batch, operation: Operation) -> Outcome:
    """Mark the lesson as done, at the time at which it was. No operation takes that back."""
    lesson, enrolment = batch.lesson(operation)
    progress.mark_done(enrolment=enrolment, activity=lesson, now=batch.moment(operation, enrolment))
    return APPLIED


def position(batch: Batch, operation: Operation) -> Outcome:
    """Store where the student stopped. A conflict: another device has read on later."""
    lesson, enrolment = batch.lesson(operation)
    at = batch.moment(operation, enrolment)
    anchor = operation.values["anchor"]
    stands = reading.merge_position(enrolment=enrolment, activity=lesson, anchor=anchor, read_at=at)
    if enrolment.last_seen_at is None or at > enrolment.last_seen_at:
        progress.record_visit(enrolment=enrolment, activity=lesson, now=at)
        enrolment.last_activity_id, enrolment.last_seen_at = lesson.pk, at
    return APPLIED if stands else Outcome(Stored.CONFLICT)
