"""Say on the staff's first page how many appeals wait."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from appeals.models import Appeal
from courses.models import Course
from courses.overviews import definitions
from courses.overviews.answers import Answer, Figure, Part
from courses.overviews.definitions import Definition

WAITING = definitions.define(
    Definition(
        "appeals_waiting",
        gettext_lazy("appeals"),
        gettext_lazy("count"),
        gettext_lazy("appeals that nobody has decided on, of students who are still in the course"),
        "appeals.home.answer_waits",
    )
)


def answer_waits(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Count the appeals that wait in the courses in which the reader may grade. One query."""
    slugs = {course.pk: course.slug for course in courses}
    path = Appeal.course_path
    waiting = Appeal.objects.waiting_for(reader).filter(**{f"{path}__in": slugs}).order_by()
    found: dict[int, Answer] = {}
    for course, n, since in waiting.values_list(path).annotate(n=Count("pk"), since=Min("created_at")):
        text = ngettext("appeal to decide on", "appeals to decide on", n)
        url = reverse("appeals:list", args=[slugs[course]])
        found[course] = Answer([Figure(WAITING, n, text, url, since=since, is_urgent=True)], [Part(text, n, "warn")])
    return found
