"""List exports of grades on the page of jobs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Course
from courses.overviews.jobs import Job, Source, State
from courses.roles.rules import Permission
from reports.models import Export

Status = Export.Status
STATES = {
    Status.WAITING: State.WORKS,
    Status.MADE: State.DONE,
    Status.FAILED: State.FAILED,
    Status.CANCELLED: State.CANCELLED,
}


def _rows(reader: User, courses: Sequence[Course]) -> QuerySet[Export]:
    return Export.objects.filter(course__in=courses).select_related("course", "cohort", "created_by").defer("content")


def _describe(row: Export) -> Job:
    state = STATES[Status(row.status)]
    parts = [row.get_kind_display(), row.get_format_display(), *([row.cohort.name] if row.cohort else [])]
    return Job(
        uuid=row.uuid,
        course=row.course_id,
        what=", ".join(str(part) for part in parts),
        state=state,
        status=row.get_status_display(),
        at=row.created_at,
        by=row.created_by,
        url=reverse("reports:export", args=[row.course.slug, row.uuid]),
        done=row.done,
        total=row.total,
        can_cancel=state is State.WORKS,
        can_repeat=state is not State.WORKS,
    )


def _cancel(row: Export, reader: User, now: datetime) -> bool:
    # It imports what only exports need.
    from reports import exporting

    return exporting.cancel(row)


def _repeat(row: Export, reader: User, now: datetime) -> bool:
    from reports import exporting

    exporting.request_export(
        course=row.course,
        kind=row.kind,
        format=row.format,
        cohort=row.cohort,
        language=translation.get_language(),
        actor=reader,
        now=now,
    )
    return True


SOURCE = Source(
    name="export",
    label=gettext_lazy("export"),
    permission=Permission.EDIT,
    rows=_rows,
    describe=_describe,
    failed=lambda rows: rows.filter(status=Status.FAILED),
    cancel=_cancel,
    repeat=_repeat,
)
