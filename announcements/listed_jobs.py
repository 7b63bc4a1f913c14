"""List announcements that are planned or sent on the page of jobs."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from announcements import sending
from announcements.models import Announcement
from courses.models import Course
from courses.overviews.jobs import Job, Source, State
from courses.roles.rules import Permission


def _rows(reader: User, courses: Sequence[Course]) -> QuerySet[Announcement]:
    rows = Announcement.objects.filter(course__in=courses, at__isnull=False)
    return rows.select_related("course", "created_by").annotate(recipients_count=Count("recipients"))


def _describe(row: Announcement) -> Job:
    n = row.recipients_count  # type: ignore[attr-defined]  # annotated
    return Job(
        uuid=row.uuid,
        course=row.course_id,
        what=str(row),
        state=State.DONE if row.sent_at else State.WAITS,
        status=_("sent") if row.sent_at else _("planned"),
        at=row.at or row.created_at,
        by=row.created_by,
        url=reverse("announcing:announcement", args=[row.course.slug, row.uuid]),
        result=ngettext("to %(n)d student", "to %(n)d students", n) % {"n": n} if row.sent_at else "",
        can_cancel=row.sent_at is None,
    )


def _cancel(row: Announcement, reader: User, now: datetime) -> bool:
    return sending.take_back(row)


SOURCE = Source(
    name="announcement",
    label=gettext_lazy("announcement"),
    permission=Permission.EDIT,
    rows=_rows,
    describe=_describe,
    failed=lambda rows: rows.none(),
    cancel=_cancel,
    moment="at",
)
