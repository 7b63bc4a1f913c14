"""Make attempts with mistakes, and answer the practice cards that they become."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from courses.models import Activity, Enrolment
from practice import answering, queue
from practice.answering import AnsweredCard
from practice.models import PracticeCard
from practice.queue import Today
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.factories import ActivityFactory, QuizFactory, right_answers
from tests.quizzes import every_kind

# A Monday, ten o'clock in Seoul.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TUESDAY = MONDAY + DAY


def make_check(lesson: Activity, questions: int = 2) -> Quiz:
    """A lesson check with `questions` single choice questions and a short answer."""
    quiz: Quiz = QuizFactory(
        activity=lesson, attempts_allowed=None, show_answers=Quiz.ShowAnswers.AFTER_EACH, questions=questions
    )
    return quiz


def another_check(enrolment: Enrolment, questions: int = 2) -> Quiz:
    return make_check(ActivityFactory(module=enrolment.course.modules.get()), questions)


def wrong_answers(quiz: Quiz) -> dict[Any, dict[str, Any]]:
    """A wrong answer to every question, of whatever kind."""
    return {UUID(question): response for question, response in every_kind.wrong_answers(quiz).items()}


def take(quiz: Quiz, enrolment: Enrolment, answers: dict[Any, Any] | None = None, now: datetime = MONDAY) -> Attempt:
    """Start, submit and grade an attempt. All answers are wrong unless `answers` is given."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    submit.submit(attempt=attempt, answers=wrong_answers(quiz) if answers is None else answers, now=now)
    automatic.grade_attempt(attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db()
    return attempt


def today_of(user: User, now: datetime = TUESDAY) -> Today:
    return queue.prepare_today(user=user, now=now)


def right_answer(card: PracticeCard) -> dict[str, Any]:
    return right_answers(Quiz.objects.get(pk=card.quiz_id))[card.question]


def answer(user: User, card: PracticeCard, response: object, now: datetime = TUESDAY) -> AnsweredCard:
    return answering.answer(user=user, card=card.uuid, turn=card.next_turn, response=response, now=now)
