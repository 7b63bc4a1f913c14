"""Mistakes for tests: attempts that are over, and the cards that come of them."""

from datetime import UTC, datetime
from typing import Any

from courses.models import Activity, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.factories import ActivityFactory, QuizFactory, right_answers

# A Monday, ten o'clock in Seoul.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def make_check(lesson: Activity, questions: int = 2) -> Quiz:
    """The lesson's check: `questions` single choice questions and a short answer."""
    quiz: Quiz = QuizFactory(
        activity=lesson, attempts_allowed=None, show_answers=Quiz.ShowAnswers.AFTER_EACH, questions=questions
    )
    return quiz


def another_check(enrolment: Enrolment, questions: int = 2) -> Quiz:
    return make_check(ActivityFactory(module=enrolment.course.modules.get()), questions)


def wrong_answers(quiz: Quiz) -> dict[Any, dict[str, Any]]:
    """Every question answered, and none right."""
    answers = right_answers(quiz)
    for question in quiz.questions.filter(archived_at=None):
        if question.kind == "short_answer":
            answers[question.uuid] = {"text": "something else"}
        elif question.kind == "single_choice":
            answers[question.uuid] = {"choice": str(question.choices.filter(is_correct=False)[0].uuid)}
    return answers


def take(quiz: Quiz, enrolment: Enrolment, answers: dict[Any, Any] | None = None, now: datetime = MONDAY) -> Attempt:
    """Start, submit and grade; all wrong unless told otherwise."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    submit.submit(attempt=attempt, answers=wrong_answers(quiz) if answers is None else answers, now=now)
    automatic.grade_attempt(attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db()
    return attempt
