"""Say on the staff's first page how many questions are open, and how many reports wait."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from courses.models import Course
from courses.overviews import definitions
from courses.overviews.answers import Answer, Figure, Part
from courses.overviews.definitions import Definition
from courses.roles import rules
from courses.roles.rules import Permission
from discussions.models import Post, Report

OPEN = definitions.define(
    Definition(
        "questions_open",
        gettext_lazy("open questions"),
        gettext_lazy("count"),
        gettext_lazy("questions of students at lessons to which no reply is marked as the answer, without hidden ones"),
        "discussions.elsewhere.home.answer_waits",
    )
)
REPORTED = definitions.define(
    Definition(
        "reports_waiting",
        gettext_lazy("reports"),
        gettext_lazy("count"),
        gettext_lazy("reports of questions and replies at lessons on which nobody has decided"),
        "discussions.elsewhere.home.answer_waits",
    )
)


def answer_waits(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Count open questions and reports in the courses in which the reader answers. Two queries."""
    slugs = {course.pk: course.slug for course in courses}
    found: dict[int, Answer] = {}
    asked = Post.objects.for_staff(reader, Permission.ANSWER).questions().filter(accepted=None, hidden_at=None)
    for course, n, since in _counted(asked, Post.course_path, slugs):
        text = ngettext("open question at a lesson", "open questions at lessons", n)
        url = reverse("discussing:list", args=[slugs[course]])
        answer = found.setdefault(course, Answer())
        answer.figures.append(Figure(OPEN, n, text, url, since=since, is_urgent=True))
        answer.parts.append(Part(text, n, "warn"))
    path = f"post__{Post.course_path}"
    reports = Report.objects.filter(rules.may(reader, Permission.ANSWER, path), settled_at=None, post__deleted_at=None)
    for course, n, since in _counted(reports, path, slugs):
        text = ngettext("report to look at", "reports to look at", n)
        url = f"{reverse('discussing:list', args=[slugs[course]])}?show=reported"
        answer = found.setdefault(course, Answer())
        answer.figures.append(Figure(REPORTED, n, text, url, since=since, is_urgent=True))
        answer.parts.append(Part(text, n, "warn"))
    return found


def _counted(rows: QuerySet[Any], path: str, courses: Collection[int]) -> Iterable[tuple[int, int, datetime]]:
    """Return (course, number, the oldest moment) of the rows in the courses."""
    of_courses = rows.filter(**{f"{path}__in": courses}).order_by()
    found: Iterable[tuple[int, int, datetime]] = of_courses.values_list(path).annotate(
        n=Count("pk"), since=Min("created_at")
    )
    return found
