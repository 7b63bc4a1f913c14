"""List imports of courses and regrades on the page of jobs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Course
from courses.overviews.jobs import Job, Source, State
from courses.roles.rules import Permission
from quizzes.grading.models import Regrade
from workspace.models import CourseImport

ImportStatus, RegradeStatus = CourseImport.Status, Regrade.Status
IMPORT_STATES = {
    ImportStatus.WAITING: State.WORKS,
    ImportStatus.PLANNED: State.WAITS,
    ImportStatus.CONFIRMED: State.WORKS,
    ImportStatus.IMPORTED: State.DONE,
    ImportStatus.REFUSED: State.FAILED,
    ImportStatus.CANCELLED: State.CANCELLED,
}
REGRADE_STATES = {
    RegradeStatus.DRAFT: State.WAITS,
    RegradeStatus.APPROVED: State.WORKS,
    RegradeStatus.DONE: State.DONE,
    RegradeStatus.DISCARDED: State.CANCELLED,
}


def _imports(reader: User, courses: Sequence[Course]) -> QuerySet[CourseImport]:
    """Return the reader's own: the page of an import shows it to nobody else."""
    return CourseImport.objects.filter(created_by=reader).select_related("created_by").defer("content", "plan")


def _describe_import(row: CourseImport) -> Job:
    state = IMPORT_STATES[ImportStatus(row.status)]
    return Job(
        uuid=row.uuid,
        course=row.course_id,
        what="",
        state=state,
        status=row.get_status_display(),
        at=row.created_at,
        by=row.created_by,
        url=reverse("workspace:course-import-job", args=[row.uuid]),
        result=row.reason,
        can_cancel=state in (State.WORKS, State.WAITS),
    )


def _cancel_import(row: CourseImport, reader: User, now: datetime) -> bool:
    # It imports what reads a course folder, which the page of jobs does not need.
    from workspace.course_imports import jobs

    return jobs.cancel(job=row)


COURSE_IMPORTS = Source(
    name="course",
    label=gettext_lazy("import of a course"),
    permission=Permission.EDIT,
    rows=_imports,
    describe=_describe_import,
    failed=lambda rows: rows.filter(status=ImportStatus.REFUSED),
    cancel=_cancel_import,
)


def _regrades(reader: User, courses: Sequence[Course]) -> QuerySet[Regrade]:
    is_finished = Q(lines__applied_at__isnull=False) | Q(lines__is_overtaken=True)
    return (
        Regrade.objects.filter(quiz__activity__course__in=courses)
        .select_related("quiz__activity", "created_by")
        .annotate(total=Count("lines"), done=Count("lines", filter=is_finished))
    )


def _describe_regrade(row: Regrade) -> Job:
    state = REGRADE_STATES[RegradeStatus(row.status)]
    return Job(
        uuid=row.uuid,
        course=row.quiz.activity.course_id,
        what=str(row.quiz),
        state=state,
        status=row.get_status_display(),
        at=row.created_at,
        by=row.created_by,
        url=reverse("admin:quizzes_regrade_review", args=[row.pk]),
        result=row.reason,
        done=row.done,  # type: ignore[attr-defined]  # annotated
        total=row.total,  # type: ignore[attr-defined]
        can_cancel=state is State.WAITS,
        can_repeat=state is State.CANCELLED,
    )


def _discard(row: Regrade, reader: User, now: datetime) -> bool:
    """Discard a dry run. What is approved goes on: half of a regrade would be unfair."""
    drafts = Regrade.objects.filter(pk=row.pk, status=RegradeStatus.DRAFT)
    return bool(drafts.update(status=RegradeStatus.DISCARDED))


def _propose(row: Regrade, reader: User, now: datetime) -> bool:
    """Make a dry run with the present key. Return whether a grade would change and no other regrade is running."""
    # It imports what grades, which the page of jobs does not need.
    from quizzes.grading import regrading

    try:
        regrading.propose(quiz=row.quiz, actor=reader, now=now)
    except (regrading.NothingToRegrade, regrading.RegradeRefused):
        return False
    return True


REGRADES = Source(
    name="regrade",
    label=gettext_lazy("regrade"),
    permission=Permission.REGRADE,
    rows=_regrades,
    describe=_describe_regrade,
    failed=lambda rows: rows.none(),
    cancel=_discard,
    repeat=_propose,
)
