"""Read the quizzes of a course with one student's rules and attempts, for a student who will have no network."""

from collections import defaultdict
from datetime import datetime

from courses.models import Enrolment
from courses.outline.published import PublishedCourse
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import get_rules_for_all
from quizzes.authoring.models import Quiz
from quizzes.results.overview import build_overview
from quizzes.taking.api.shapes import QuizBefore


def list_quizzes(course: PublishedCourse, enrolment: Enrolment, now: datetime) -> list[QuizBefore]:
    """Return the published quizzes and lesson checks in the order of the outline. Four queries at most.

    Three if the quizzes are cached.
    """
    quizzes = course.cached("bundle quizzes", lambda: _read(course))
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(enrolment=enrolment).order_by("-number"):
        attempts[attempt.quiz_id].append(attempt)
    rules = get_rules_for_all([(quiz, enrolment) for quiz in quizzes])
    return [
        QuizBefore(quiz, quiz.activity, build_overview(quiz, attempts[quiz.pk], rules[quiz.pk, enrolment.pk], now))
        for quiz in quizzes
    ]


def _read(course: PublishedCourse) -> tuple[Quiz, ...]:
    rows = Quiz.objects.filter(activity__course=course.course.pk, current_version__isnull=False)
    found = {quiz.activity_id: quiz for quiz in rows.select_related("activity__course", "current_version")}
    shown = [each.pk for _, entries in course.modules for each in entries]
    return tuple(found[activity] for activity in shown if activity in found)
