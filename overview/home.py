"""Fill the admin's first page: for each course who is stuck, what waits, how good the quizzes are, what goes out this week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.requests import AuthenticatedRequest
from courses.overviews import answers
from courses.overviews.answers import AHEAD, Answer, Figure, Question
from courses.roles import rules
from courses.roles.rules import Permission
from overview.titles import TITLES

# Courses on one page. An administrator sees all of them.
PAGE_SIZE = 10
# The width of a picture in its own units.
WIDTH = 1000
# What a card says without figures.
NOTHING = {
    Question.STUCK: _("Nobody is enrolled yet."),
    Question.WAITS: _("Nothing waits for you."),
    Question.QUALITY: _("No quiz has counted answers yet. They appear some minutes after the first graded attempt."),
    Question.WEEK: _("Nothing goes out in the next seven days."),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a picture, from `x` on, so wide."""

    text: str
    n: int
    tone: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the picture of a week: its middle, and how much goes out on it."""

    at: datetime
    x: int
    n: int


@dataclass(frozen=True, slots=True)
class Card:
    """The answer to one question about one course, with its picture: bars or days."""

    question: str
    title: Any
    nothing: Any
    figures: Sequence[Figure]
    bars: Sequence[Bar]
    days: Sequence[Day]


def add_home(request: AuthenticatedRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the courses of the reader with their four answers. The number of queries does not depend on that of courses."""
    now = timezone.now()
    found = rules.courses_where(request.user, Permission.READ).order_by("slug")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    courses = list(page.object_list)
    said = {question: answers.answer(question, request.user, courses, now) for question in Question}
    permissions = rules.get_permissions(request.user)
    home = [
        (
            course,
            [_card(question, said[question][course.pk], now) for question in Question],
            Permission.MANAGE_ROLES in permissions.in_course(course.pk),
        )
        for course in courses
    ]
    title = gettext("My courses")
    return {**context, "title": title, "home": home, "page": page, "may_create": rules.can_create_course(request.user)}


def _card(question: Question, answer: Answer, now: datetime) -> Card:
    is_week = question is Question.WEEK
    figures = sorted(answer.figures, key=lambda each: each.since or now) if is_week else answer.figures
    return Card(
        question.value,
        TITLES[question],
        NOTHING[question],
        figures,
        [] if is_week else _bars(answer),
        _days(figures, now) if is_week and figures else [],
    )


def _bars(answer: Answer) -> list[Bar]:
    """Return the parts that are not empty, side by side, as wide as their share. The last one ends at the edge."""
    parts = [part for part in answer.parts if part.n]
    total = sum(part.n for part in parts)
    bars, before = [], 0
    for part in parts:
        x, end = before * WIDTH // total, (before + part.n) * WIDTH // total
        bars.append(Bar(part.text, part.n, part.tone, x, end - x))
        before += part.n
    return bars


def _days(figures: Sequence[Figure], now: datetime) -> list[Day]:
    """Return today and the days after it, on the reader's calendar, with what goes out on each. What is overdue is today's."""
    first = timezone.localtime(now)
    dates = [(first + AHEAD / 7 * number) for number in range(8)]
    counts = [0] * len(dates)
    for figure in figures:
        day = timezone.localtime(figure.since or now).date()
        number = min(max((day - first.date()).days, 0), len(dates) - 1)
        counts[number] += 1
    step = WIDTH // len(dates)
    return [Day(at, number * step + step // 2, n) for number, (at, n) in enumerate(zip(dates, counts, strict=True))]
