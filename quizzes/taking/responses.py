"""Read what a client sends as an answer into the stored form."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from questions import KINDS, Response, ResponseError, Spec
from quizzes.attempts.models import Attempt

# A refusal repeats the name of a question as it was sent.
_LONGEST_NAME = 100


class UnknownQuestion(DomainError):
    slug = "unknown-question"
    help = gettext_lazy("The answer belongs to a question that the attempt does not have. The other answers are kept.")


class InvalidResponse(DomainError):
    slug = "invalid-response"
    help = gettext_lazy("The answer does not have the form that its question asks for. The other answers are kept.")


class UnknownChoice(InvalidResponse):
    slug = "unknown-choice"
    help = gettext_lazy("The answer names a choice that its question does not have. The other answers are kept.")


class ResponseTooLong(InvalidResponse):
    slug = "too-long"
    help = gettext_lazy("The answer is longer than its question allows. The other answers are kept.")


def read_response(attempt: Attempt, question: UUID | str, raw: Any) -> Response:
    """Return the stored form of a response. Raises UnknownQuestion, UnknownChoice, ResponseTooLong, InvalidResponse."""
    public = attempt.find_question(question)
    if public is None:
        named = str(question)[:_LONGEST_NAME]
        raise UnknownQuestion(_("This question is not part of the attempt."), question=named)
    return read_response_to(public, raw)


def read_response_to(public: Spec, raw: Any) -> Response:
    """Return the stored form of a response to this public question.

    Raises UnknownChoice, ResponseTooLong, InvalidResponse.
    """
    question = public["uuid"]
    try:
        return KINDS[public["kind"]].read_response(public, raw)
    except ResponseError as error:
        if error.code == "unknown-choice":
            raise UnknownChoice(_("This choice does not belong to the question."), question=question) from error
        if error.code == "too-long":
            raise ResponseTooLong(
                _("The answer is too long: it has %(length)d characters, and at most %(limit)d are possible.")
                % {"length": error.length, "limit": error.limit},
                question=question,
            ) from error
        raise InvalidResponse(
            _("The answer does not have the form this question asks for."), question=question
        ) from error
