"""Say on the staff's first page which announcements go out in the next days."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from announcements.models import Announcement
from courses.models import Course
from courses.overviews import definitions
from courses.overviews.answers import AHEAD, Answer, Figure
from courses.overviews.definitions import Definition

PLANNED = definitions.define(
    Definition(
        "announcements_planned",
        gettext_lazy("planned announcements"),
        gettext_lazy("moment"),
        gettext_lazy("announcements that go out within seven days, or are due and not sent yet"),
        "announcements.home.answer_week",
    )
)


def answer_week(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Return the planned announcements. One query."""
    found: dict[int, Answer] = {}
    planned = Announcement.objects.filter(course__in=courses, sent_at=None, at__lt=now + AHEAD).order_by("at")
    urls = {course.pk: course.slug for course in courses}
    for row in planned:
        url = reverse("announcing:announcement", args=[urls[row.course_id], row.uuid])
        text = _("Announcement “%(title)s”") % {"title": row}
        found.setdefault(row.course_id, Answer()).figures.append(Figure(PLANNED, 1, text, url, since=row.at))
    return found
