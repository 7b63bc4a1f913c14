"""List imports of questions on the page of jobs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Course
from courses.overviews.jobs import Job, Source, State
from courses.roles.rules import Permission
from exchange.models import QuestionImport

Status = QuestionImport.Status
STATES = {
    Status.WAITING: State.WORKS,
    Status.PLANNED: State.WAITS,
    Status.CONFIRMED: State.WORKS,
    Status.IMPORTED: State.DONE,
    Status.REFUSED: State.FAILED,
    Status.CANCELLED: State.CANCELLED,
}


def _rows(reader: User, courses: Sequence[Course]) -> QuerySet[QuestionImport]:
    return (
        QuestionImport.objects.filter(Q(course__in=courses) | Q(quiz__activity__course__in=courses))
        .select_related("course", "quiz__activity__course", "created_by")
        .defer("content", "plan")
    )


def _describe(row: QuestionImport) -> Job:
    course, slug = row.place
    state = STATES[Status(row.status)]
    return Job(
        uuid=row.uuid,
        course=course.pk,
        what=slug,
        state=state,
        status=row.get_status_display(),
        at=row.created_at,
        by=row.created_by,
        url=reverse("exchange:import-job", args=[course.slug, slug, row.uuid]),
        result=row.reason,
        done=row.done,
        total=row.total,
        can_cancel=state in (State.WORKS, State.WAITS),
    )


def _cancel(row: QuestionImport, reader: User, now: datetime) -> bool:
    # It imports the readers of all formats, which the page of jobs does not need.
    from exchange.imports import jobs

    return jobs.cancel(job=row)


SOURCE = Source(
    name="questions",
    label=gettext_lazy("import of questions"),
    permission=Permission.EDIT,
    rows=_rows,
    describe=_describe,
    failed=lambda rows: rows.filter(status=Status.REFUSED),
    cancel=_cancel,
)
