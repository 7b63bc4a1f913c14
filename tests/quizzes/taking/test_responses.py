"""Responses that cannot be stored, and what the error says."""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest

from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import responses, start
from tests.quizzes.refusals import assert_refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return start.start(quiz=quiz, enrolment=enrolment, now=NOW)


@pytest.fixture
def short(quiz: Quiz) -> UUID:
    uuid: UUID = quiz.questions.get(key="short").uuid
    return uuid


def test_a_question_of_another_quiz_is_refused(attempt: Attempt) -> None:
    unknown = uuid4()
    assert_refused(
        partial(responses.read_response, attempt, unknown, {}),
        error=responses.UnknownQuestion,
        message="This question is not part of the attempt.",
        extra={"question": str(unknown)},
    )


def test_an_unknown_choice_is_refused(attempt: Attempt, quiz: Quiz) -> None:
    question = quiz.questions.get(key="q0").uuid
    assert_refused(
        partial(responses.read_response, attempt, question, {"choice": "x"}),
        error=responses.UnknownChoice,
        message="This choice does not belong to the question.",
        extra={"question": str(question)},
    )


def test_a_text_that_is_too_long_is_refused_with_the_limit(attempt: Attempt, short: UUID) -> None:
    assert_refused(
        partial(responses.read_response, attempt, short, {"text": "x" * 501}),
        error=responses.ResponseTooLong,
        message="The answer is too long: it has 501 characters, and at most 500 are possible.",
        extra={"question": str(short)},
    )


def test_a_response_of_the_wrong_form_is_refused(attempt: Attempt, short: UUID) -> None:
    assert_refused(
        partial(responses.read_response, attempt, short, {}),
        error=responses.InvalidResponse,
        message="The answer does not have the form this question asks for.",
        extra={"question": str(short)},
    )
