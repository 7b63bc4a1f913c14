"""Owns what "done" means, and an enrolment's progress: 0 to 100, derived from events, never lowered by authoring.

Progress is the share of required, visible activities that are done, in whole percent rounded down. Every event keeps
the percentage that it led to; the standing is the highest of that and what the outline says now, so that a lesson
added later does not take away what somebody had reached. Only taking back one's own "done" lowers it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from common.database.durability import relaxed_durability
from common.database.prepared import Prepared, PreparedInsert, PreparedUpdate
from courses.models import Activity, ActivityCompletion, Course, Enrolment, ProgressEvent

# A visit to the same page within this time writes nothing.
VISIT_INTERVAL = timedelta(minutes=5)


def record_visit(*, enrolment: Enrolment, activity: Activity, now: datetime) -> None:
    """Remember where to continue. Writes only when the place changed or the last visit is a while ago."""
    if (
        enrolment.last_activity_id == activity.pk
        and enrolment.last_seen_at
        and now - enrolment.last_seen_at < VISIT_INTERVAL
    ):
        return
    # A power cut may take this write with it: somebody finds the page before the one they had open.
    with relaxed_durability():
        Enrolment.objects.filter(pk=enrolment.pk).update(last_activity=activity, last_seen_at=now)


_COMPLETED = Prepared(
    lambda enrolment, activity: ActivityCompletion.objects.filter(enrolment=enrolment, activity=activity).values("pk"),
    samples=(-1, -2),
)


_HELD = Prepared(lambda pk: Enrolment.objects.select_for_update().filter(pk=pk), samples=(-1,))
_PERCENT = PreparedUpdate(
    lambda pk, percent: (Enrolment.objects.filter(pk=pk), {"progress_percent": percent}), samples=(-1, -2)
)
_COMPLETION = PreparedInsert(ActivityCompletion)
_EVENT = PreparedInsert(ProgressEvent)


def mark_done(*, enrolment: Enrolment, activity: Activity, now: datetime) -> Enrolment:
    """Mark `activity` as done. Doing so twice changes nothing."""
    with transaction.atomic():
        # The lock orders two tabs on PostgreSQL; on SQLite the transaction already holds the only write lock.
        locked = _HELD.first(enrolment.pk)
        if locked is None:
            raise Enrolment.DoesNotExist(f"There is no enrolment {enrolment.pk}.")
        if not _COMPLETED.values(enrolment.pk, activity.pk):
            _COMPLETION.create(enrolment=locked, activity=activity, content_version=activity.version, done_at=now)
            _add_event(locked, activity, ProgressEvent.Kind.DONE, now, floor=locked.progress_percent)
    return locked


def mark_undone(*, enrolment: Enrolment, activity: Activity, now: datetime) -> Enrolment:
    """Take "done" back. Doing so twice changes nothing."""
    with transaction.atomic():
        locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
        deleted, _ = ActivityCompletion.objects.filter(enrolment=locked, activity=activity).delete()
        if deleted:
            _add_event(locked, activity, ProgressEvent.Kind.UNDONE, now, floor=0)
    return locked


def _add_event(enrolment: Enrolment, activity: Activity, kind: ProgressEvent.Kind, now: datetime, floor: int) -> None:
    percent = max(floor, _percent_by_outline(enrolment))
    _EVENT.create(
        enrolment=enrolment,
        activity=activity,
        kind=kind,
        content_version=activity.version,
        percent=percent,
        at=now,
    )
    if percent != enrolment.progress_percent:
        _PERCENT.apply(enrolment.pk, percent)
        enrolment.progress_percent = percent


# By course and enrolment: how many activities are required, and how many of them are done.
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


def _percent_by_outline(enrolment: Enrolment) -> int:
    counts = _COUNTS.values(enrolment.course_id, enrolment.pk)
    return int(counts[0]["done"] * 100 // counts[0]["required"]) if counts else 0


def rebuild(enrolment: Enrolment) -> int:
    """The percentage by the ledger and the outline of now: what `progress_percent` must hold."""
    last = ProgressEvent.objects.filter(enrolment=enrolment).order_by("-id").values_list("percent", flat=True).first()
    return max(last or 0, _percent_by_outline(enrolment))


def refresh_course(*, course: Course) -> None:
    """Bring the stored percentages up to the outline after authoring; none falls."""
    required = Activity.objects.filter(course=course, archived_at=None, is_required=True).count()
    if not required:
        return
    done = Count(
        "completions", filter=Q(completions__activity__archived_at=None, completions__activity__is_required=True)
    )
    with transaction.atomic():
        # Locked first, counted then: PostgreSQL takes no lock on rows that it groups.
        list(Enrolment.objects.select_for_update().filter(course=course).values("pk"))
        standing = Enrolment.objects.filter(course=course).annotate(done=done)
        for pk, stored, done_count in standing.values_list("pk", "progress_percent", "done"):
            percent = done_count * 100 // required
            if percent > stored:
                Enrolment.objects.filter(pk=pk).update(progress_percent=percent)
