"""Mark activities as done, and compute an enrolment's progress from 0 to 100.

The progress by the outline is 100 × done / required, rounded down. It counts required activities that are not archived.
A change of the outline can raise the stored progress (`refresh_course`) but does not lower it: a student does not lose
progress by a lesson that is added later. Only a student who undoes "done" lowers their progress. Each event stores the
progress after it.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Count, Q

from common.database.durability import dispensable_write
from common.database.prepared import Prepared, PreparedUpdate
from courses.models import Activity, ActivityCompletion, Course, Enrolment, ProgressEvent

# Another visit to the same activity within this time is not stored.
VISIT_INTERVAL = timedelta(minutes=5)

# Prepared statements of `mark_done`, which also runs whenever a quiz is submitted. _COUNTS returns how many activities of the
# course are required, and how many of these the student has done.
_COMPLETION_EXISTS = Prepared(
    lambda enrolment, activity: ActivityCompletion.objects.filter(enrolment=enrolment, activity=activity).values("pk"),
    samples=(-1, -2),
)
_LOCKED_ENROLMENT = Prepared(lambda pk: Enrolment.objects.select_for_update().filter(pk=pk), samples=(-1,))
_COUNTS = Prepared(
    lambda course, enrolment: (
        Activity.objects.filter(course=course, archived_at=None, is_required=True)
        .values("course")
        .annotate(
            required=Count("id", distinct=True),
            done=Count("id", distinct=True, filter=Q(completions__enrolment=enrolment)),
        )
        .values("required", "done")
        .order_by()
    ),
    samples=(-1, -2),
)
_UPDATE_VISIT = PreparedUpdate(
    lambda pk, activity, now: (Enrolment.objects.filter(pk=pk), {"last_activity": activity, "last_seen_at": now}),
    samples=(-1, -2, datetime(1970, 1, 1, tzinfo=UTC)),
)
_UPDATE_PERCENT = PreparedUpdate(
    lambda pk, percent: (Enrolment.objects.filter(pk=pk), {"progress_percent": percent}), samples=(-1, -2)
)


class Visitor(Protocol):
    """What `record_visit` needs of an enrolment, which the API reads without the rest."""

    @property
    def pk(self) -> int: ...
    @property
    def last_activity_id(self) -> int | None: ...
    @property
    def last_seen_at(self) -> datetime | None: ...


def record_visit(*, enrolment: Visitor, activity: Activity, now: datetime) -> None:
    """Store `activity` as the last one that the student visited, and the time.

    Does nothing if this activity was stored less than `VISIT_INTERVAL` ago.
    """
    if (
        enrolment.last_activity_id == activity.pk
        and enrolment.last_seen_at
        and now - enrolment.last_seen_at < VISIT_INTERVAL
    ):
        return
    # If it is lost, the student continues with the activity visited before.
    with dispensable_write("visit_not_stored"):
        _UPDATE_VISIT.apply(enrolment.pk, activity.pk, now)


def mark_done(*, enrolment: Enrolment, activity: Activity, now: datetime) -> Enrolment:
    """Mark `activity` as done. Return the enrolment, read again, with its new progress. Idempotent.

    Raises Enrolment.DoesNotExist.
    """
    # Without a savepoint: if this fails inside a submit, the whole submit is rolled back.
    with transaction.atomic(savepoint=False):
        # On PostgreSQL the row lock serialises concurrent requests. On SQLite the transaction has the only write lock.
        locked = _LOCKED_ENROLMENT.first(enrolment.pk)
        if locked is None:
            raise Enrolment.DoesNotExist(f"There is no enrolment {enrolment.pk}.")
        if not _COMPLETION_EXISTS.values(enrolment.pk, activity.pk):
            ActivityCompletion.objects.create(
                enrolment=locked, activity=activity, content_version=activity.version, done_at=now
            )
            _add_event(locked, activity, ProgressEvent.Kind.DONE, now, floor=locked.progress_percent)
    return locked


def mark_undone(*, enrolment: Enrolment, activity: Activity, now: datetime) -> Enrolment:
    """Undo "done" for `activity`. Return the enrolment, read again, with its new progress. Idempotent.

    Raises Enrolment.DoesNotExist.
    """
    with transaction.atomic():
        locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        deleted, _ = ActivityCompletion.objects.filter(enrolment=locked, activity=activity).delete()
        if deleted:
            _add_event(locked, activity, ProgressEvent.Kind.UNDONE, now, floor=0)
    return locked


def _add_event(enrolment: Enrolment, activity: Activity, kind: ProgressEvent.Kind, now: datetime, floor: int) -> None:
    """Store an event and the enrolment's new progress, which is at least `floor`."""
    percent = max(floor, _percent_by_outline(enrolment))
    ProgressEvent.objects.create(
        enrolment=enrolment,
        activity=activity,
        kind=kind,
        content_version=activity.version,
        percent=percent,
        at=now,
    )
    if percent != enrolment.progress_percent:
        _UPDATE_PERCENT.apply(enrolment.pk, percent)
        enrolment.progress_percent = percent


def _percent_by_outline(enrolment: Enrolment) -> int:
    """Return 100 × done / required activities, rounded down; 0 if no activity is required. One query."""
    counts = _COUNTS.values(enrolment.course_id, enrolment.pk)
    return int(counts[0]["done"] * 100 // counts[0]["required"]) if counts else 0


def compute_percent(enrolment: Enrolment) -> int:
    """Compute the progress again from the last event and the outline. Two queries.

    The stored progress is higher if `refresh_course` raised it after the last event and the outline has grown since.
    """
    last = ProgressEvent.objects.filter(enrolment=enrolment).order_by("-id").values_list("percent", flat=True).first()
    return max(last or 0, _percent_by_outline(enrolment))


def refresh_course(*, course: Course) -> None:
    """Raise the stored progress of all enrolments to the progress by the outline. Called after the outline has changed.

    It lowers no progress.
    """
    required = Activity.objects.filter(course=course, archived_at=None, is_required=True).count()
    if not required:
        return
    done = Count(
        "completions", filter=Q(completions__activity__archived_at=None, completions__activity__is_required=True)
    )
    with transaction.atomic():
        # A separate query locks the rows, because PostgreSQL cannot lock the rows of a grouped query.
        list(Enrolment.objects.select_for_update().filter(course=course).values("pk"))
        enrolments = Enrolment.objects.filter(course=course).annotate(done=done)
        for pk, stored, done_count in enrolments.values_list("pk", "progress_percent", "done"):
            percent = done_count * 100 // required
            if percent > stored:
                Enrolment.objects.filter(pk=pk).update(progress_percent=percent)
