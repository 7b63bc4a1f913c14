"""Steps of a quiz's life that several tests take: students hand in, the key changes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.authoring.versions import AnswerKey, QuizVersion
from quizzes.grading import automatic
from quizzes.taking import start, submit
from tests.factories import right_answers
from tests.quizzes import every_kind

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def graded(
    quiz: Quiz, enrolment: Enrolment, answers: Mapping[UUID, Any] | None = None, *, now: datetime = NOW
) -> Attempt:
    """An attempt that was handed in and graded; without `answers` all of them right."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    submit.submit(attempt=attempt, now=now, answers=right_answers(quiz) if answers is None else answers)
    # A lesson's check is graded by its submit.
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=now) == quiz.is_graded
    return fresh(attempt)


def fresh(attempt: Attempt) -> Attempt:
    """The attempt as the database has it, as the pages load it."""
    return Attempt.objects.select_related("quiz__activity", "version", "enrolment__user").get(pk=attempt.pk)


def publish(quiz: Quiz) -> QuizVersion:
    """Publish what the rows say; `quiz` knows its new version."""
    version = publishing.publish(quiz)
    quiz.refresh_from_db()
    return version


def other_choice_right(quiz: Quiz, key: str = "q0") -> Question:
    """Make the question's second choice the right one, and publish."""
    question = quiz.questions.get(key=key)
    question.choices.update(is_correct=False)
    question.choices.filter(key=f"{key}-1").update(is_correct=True)
    publish(quiz)
    return question


def choosing(quiz: Quiz, index: int, key: str = "q0") -> dict[UUID, Any]:
    """Right answers but for one question, where the choice of this number is taken."""
    question = quiz.questions.get(key=key)
    return {**right_answers(quiz), question.uuid: {"choice": str(question.choices.get(key=f"{key}-{index}").uuid)}}


def of_every_kind(attempt: Attempt, **by_kind: dict[str, Any]) -> dict[UUID, Any]:
    """Right answers to a quiz of every kind, but for the kinds named."""
    key = AnswerKey.objects.get(version=attempt.version_id).content
    return {UUID(uuid): by_kind.get(spec["kind"], every_kind.right(spec)) for uuid, spec in key.items()}


def question_of(attempt: Attempt, kind: str) -> UUID:
    """The attempt's question of a kind."""
    return next(UUID(public["uuid"]) for public in attempt.public_questions if public["kind"] == kind)
