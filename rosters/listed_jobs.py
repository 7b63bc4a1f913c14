"""List imports of rosters on the page of jobs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Course, RosterImport
from courses.overviews.jobs import Job, Source, State
from courses.roles.rules import Permission

Status = RosterImport.Status
STATES = {
    Status.WAITING: State.WORKS,
    Status.PLANNED: State.WAITS,
    Status.CONFIRMED: State.WORKS,
    Status.UNDOING: State.WORKS,
    Status.IMPORTED: State.DONE,
    Status.UNDONE: State.DONE,
    Status.REFUSED: State.FAILED,
    Status.CANCELLED: State.CANCELLED,
}


def _rows(reader: User, courses: Sequence[Course]) -> QuerySet[RosterImport]:
    rows = RosterImport.objects.filter(course__in=courses).select_related("created_by")
    # Of a file that cannot be read nothing is left to do again.
    is_left = ExpressionWrapper(Q(table__isnull=False) | ~Q(content=b""), BooleanField())
    return rows.annotate(is_left=is_left).defer("content", "table", "layout", "changes", "withdrawing")


def _describe(row: RosterImport) -> Job:
    state = STATES[Status(row.status)]
    return Job(
        uuid=row.uuid,
        course=row.course_id,
        what=row.file_name,
        state=state,
        status=row.get_status_display(),
        at=row.created_at,
        by=row.created_by,
        url=reverse("admin:courses_course_roster_job", args=[row.course_id, row.uuid]),
        result=row.reason,
        done=row.done,
        total=row.total,
        can_cancel=row.status in (Status.WAITING, Status.PLANNED, Status.CONFIRMED),
        can_repeat=state is State.FAILED and row.is_left,  # type: ignore[attr-defined]  # annotated
    )


def _cancel(row: RosterImport, reader: User, now: datetime) -> bool:
    # It imports the readers of all formats, which the page of jobs does not need.
    from rosters import jobs

    return jobs.cancel(job=row, now=now)


def _repeat(row: RosterImport, reader: User, now: datetime) -> bool:
    from rosters import jobs

    return jobs.retry(job=row, now=now)


SOURCE = Source(
    name="roster",
    label=gettext_lazy("import of a roster"),
    permission=Permission.ENROL,
    rows=_rows,
    describe=_describe,
    failed=lambda rows: rows.filter(status=Status.REFUSED),
    cancel=_cancel,
    repeat=_repeat,
)
