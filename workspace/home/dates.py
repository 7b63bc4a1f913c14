"""Say on the staff's first page which quizzes open, are due and close in the next days."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from courses.models import Course
from courses.overviews import definitions
from courses.overviews.answers import AHEAD, Answer, Figure
from courses.overviews.definitions import Definition
from quizzes.authoring.models import Quiz, QuizDates

DATES = definitions.define(
    Definition(
        "quiz_dates",
        gettext_lazy("dates of quizzes"),
        gettext_lazy("moment"),
        gettext_lazy("when a quiz opens, is due or closes within seven days, for all or for one cohort"),
        "workspace.home.dates.answer_week",
    )
)


def answer_week(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Return the dates of the next days, the first ones first. Two queries."""
    end = now + AHEAD
    is_near = Q()
    for name in ("opens_at", "due_at", "closes_at"):
        is_near |= Q(**{f"{name}__gte": now, f"{name}__lt": end})
    quizzes = Quiz.objects.filter(is_near, activity__course__in=courses, activity__archived_at=None)
    dates = QuizDates.objects.filter(is_near, quiz__activity__course__in=courses, quiz__activity__archived_at=None)
    found: dict[int, Answer] = {course.pk: Answer() for course in courses}
    for quiz in quizzes.select_related("activity"):
        found[quiz.activity.course_id].figures += _figures(quiz, str(quiz), quiz.pk, now)
    for row in dates.select_related("quiz__activity", "cohort"):
        title = f"{row.quiz} ({row.cohort.name})"
        found[row.quiz.activity.course_id].figures += _figures(row, title, row.quiz_id, now)
    return found


def _figures(row: Quiz | QuizDates, title: str, quiz: int, now: datetime) -> list[Figure]:
    url = reverse("admin:quizzes_quiz_change", args=[quiz])
    texts = [
        (row.opens_at, _("%(quiz)s opens")),
        (row.due_at, _("%(quiz)s is due")),
        (row.closes_at, _("%(quiz)s closes")),
    ]
    return [
        Figure(DATES, 1, text % {"quiz": title}, url, since=at)
        for at, text in texts
        if at is not None and now <= at < now + AHEAD
    ]
