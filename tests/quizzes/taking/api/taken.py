"""Take a quiz through the API."""

from typing import Any

from django.utils import timezone

from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from tests.api import Api
from tests.factories import right_answers

LIMIT = 500


# A uuid that nothing has; a fresh one would name the tests differently in each worker of pytest-xdist.
NOBODYS = "3f0e9a52-6d0c-4a47-9a43-0f5c3b8f1f11"


def grade(uuid: str) -> None:
    assert automatic.grade_attempt(attempt_id=Attempt.objects.get(uuid=uuid).pk, now=timezone.now())


def answers(quiz: Quiz, right: bool = True) -> dict[str, Any]:
    given = {str(question): response for question, response in right_answers(quiz).items()}
    if not right:
        for question in quiz.questions.filter(kind="single_choice"):
            given[str(question.uuid)] = {"choice": str(question.choices.filter(is_correct=False)[0].uuid)}
    return given


def submitted(api: Api, quiz: Quiz, right: bool = True) -> str:
    attempt = api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)["uuid"]
    api.post(f"attempts/{attempt}/submit", {"answers": answers(quiz, right)}, expect=202)
    grade(attempt)
    return str(attempt)


def but_for_the_clock(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without the server's time, which differs from one call to the next."""
    return {name: value for name, value in answer.items() if name != "server_time"}
