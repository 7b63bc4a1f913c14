"""Save the answers of a whole form, and keep what was not saved for the page that says why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict

from common.errors import DomainError
from questions import KINDS, Response, ResponseError, Spec
from quizzes.attempts import queries
from quizzes.attempts.digests import response_digest
from quizzes.attempts.models import Answer, Attempt
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.results.question_results import QuestionResult, present_unjudged
from quizzes.sequences import parse_whole_number
from quizzes.taking import deadline, save
from quizzes.taking.pages.forms import form_answers

# The number of no stored answer: the form has not seen the one that is stored.
_UNSEEN = -1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one answer of a form was not saved. `typed` is what the form says; None: it is not about the answer.

    With `is_changed` another tab has changed the answer, and the reader chooses one of the two. `loaded` is what the form said
    it had seen: until the choice the next form says the same.
    """

    message: str
    typed: Any = None
    is_changed: bool = False
    loaded: str | None = None


def save_form(attempt: Attempt, data: QueryDict, now: datetime) -> dict[str, Refusal]:
    """Save the answers that were changed in the form, one by one. Return the refusals by question.

    The question in `take` keeps the answer that is stored; the one in `keep` replaces it, if it is still the one that was shown.
    Raises AttemptClosed after all answers have been tried, so that each is stored as evidence.
    """
    refusals: dict[str, Refusal] = {}
    closed = None
    answers = form_answers(attempt, data)
    stored = {answer.question: answer for answer in queries.get_answers(attempt)} if answers else {}
    for question, raw in answers.items():
        if data.get("take") == str(question):
            continue
        try:
            save.save_answer(
                attempt=attempt,
                question=question,
                response=raw,
                now=now,
                sequence=parse_whole_number(data.get(f"{question}:sequence", "")),
                base=_find_base(attempt, question, data, stored),
            )
        except deadline.AttemptClosed as refused:
            closed = refused
        except save.AnswerConfirmed:
            continue
        except DomainError as refused:
            is_changed = isinstance(refused, save.AnswerChanged)
            loaded = data.get(f"{question}:loaded") if is_changed else None
            refusals[str(question)] = Refusal(refused.message, raw, is_changed, loaded)
    if closed:
        raise closed
    return refusals


def _find_base(attempt: Attempt, question: UUID, data: QueryDict, stored: Mapping[UUID, Answer]) -> int | None:
    """Return the number of the answer that the form's page has seen; None if the form does not say what it has seen."""
    loaded = data.get(f"{question}:loaded")
    if f"{question}:base" in data or loaded is None or "changed" in data:
        return parse_whole_number(data.get(f"{question}:base", ""))
    answer = stored.get(question)
    if answer is None:
        return 0
    public = attempt.find_question(question)
    assert public is not None
    digest = response_digest(public, answer.response)
    return answer.sequence if digest == loaded or data.get("keep") == f"{question}:{digest}" else _UNSEEN


def find_lost_answers(attempt: Attempt, data: QueryDict) -> list[tuple[PresentedQuestion, QuestionResult]]:
    """Return the answers of a form for a closed attempt that are not those that were submitted, for reading."""
    kept = {str(answer.question): answer.response for answer in queries.get_answers(attempt)}
    typed = {str(question): raw for question, raw in form_answers(attempt, data).items()}
    shown = present_unjudged(attempt, typed)
    return [
        shown[public["uuid"]][:2]
        for public in attempt.public_questions
        if (raw := typed.get(public["uuid"])) is not None
        and response_digest(public, _as_stored(public, raw)) != response_digest(public, kept.get(public["uuid"], {}))
    ]


def _as_stored(public: Spec, raw: Any) -> Response:
    try:
        return KINDS[public["kind"]].read_response(public, raw)
    except ResponseError:
        return dict(raw)
