"""List mailings on the page of jobs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from courses.models import Course
from courses.overviews.jobs import Job, Source, State
from courses.roles.rules import Permission
from mails.models import Mailing
from mails.planning import Standing
from mails.sending_now import findings, jobs

Status = Mailing.Status
STATES = {
    Status.PLANNING: State.WORKS,
    Status.PLANNED: State.WAITS,
    Status.SENDING: State.WORKS,
    Status.DONE: State.DONE,
    Status.FAILED: State.FAILED,
    Status.CANCELLED: State.CANCELLED,
}


def _rows(reader: User, courses: Sequence[Course]) -> QuerySet[Mailing]:
    return Mailing.objects.filter(course__in=courses).select_related("course", "created_by")


def _describe(row: Mailing) -> Job:
    state = STATES[Status(row.status)]
    named, sent = len(row.enrolments), findings.count(row.outcome, Standing.GOES)
    return Job(
        uuid=row.uuid,
        course=row.course_id,
        what=ngettext("%(n)d student", "%(n)d students", named) % {"n": named} if named else "",
        state=state,
        status=row.get_status_display(),
        at=row.created_at,
        by=row.created_by,
        url=reverse("mails:mailing", args=[row.course.slug, row.uuid]),
        result=ngettext("%(n)d mail was sent.", "%(n)d mails were sent.", sent) % {"n": sent} if row.outcome else "",
        done=row.done,
        total=row.total,
        can_cancel=state in (State.WORKS, State.WAITS),
        can_repeat=state in (State.DONE, State.FAILED, State.CANCELLED),
    )


def _cancel(row: Mailing, reader: User, now: datetime) -> bool:
    return jobs.cancel(row)


def _repeat(row: Mailing, reader: User, now: datetime) -> bool:
    """Work out a new dry run: only a person who has seen it sends the mails."""
    jobs.request(course=row.course, enrolments=row.enrolments, actor=reader, now=now)
    return True


SOURCE = Source(
    name="mailing",
    label=gettext_lazy("this week's mails"),
    permission=Permission.EDIT,
    rows=_rows,
    describe=_describe,
    failed=lambda rows: rows.filter(status=Status.FAILED),
    cancel=_cancel,
    repeat=_repeat,
)
