"""Define the tag that shows below a graded answer what became of its appeal, or leads to a new one."""

from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from appeals import reading
from appeals.reading import AppealState
from common import languages
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.results.attempt_results import Result
from quizzes.results.question_results import QuestionResult

register = template.Library()
# Stands for the address in a line that is rendered once in each language.
_ADDRESS = "/address-of-an-appeal/"
_NOTHING = SafeString("")
Row = tuple[PresentedQuestion, QuestionResult, SafeString]


@register.simple_tag
def with_appeals(result: Result, pairs: Sequence[tuple[PresentedQuestion, QuestionResult]]) -> list[Row]:
    """Return (question, outcome, HTML below the answer) for the questions of a result. No query.

    The HTML is empty for an answer that has no appeal and cannot have one. Looking it up in the template would take the page of
    a result 3 % more function calls.
    """
    if not pairs or not reading.has_grade(result.attempt):
        return [(question, outcome, _NOTHING) for question, outcome in pairs]
    states, language = reading.get_states(result), languages.active()
    return [
        (question, outcome, _note(result, outcome, states.get(question.uuid), language)) for question, outcome in pairs
    ]


def _note(result: Result, outcome: QuestionResult, state: AppealState | None, language: str) -> SafeString:
    is_open = state is None or state.status == reading.Status.WITHDRAWN
    if is_open and not reading.is_appealable(outcome):
        return _NOTHING
    question = outcome.question["uuid"]
    address = reverse("appealing:appeal", args=[result.attempt.uuid, question])
    if is_open:
        return SafeString(_render_link(language).replace(_ADDRESS, address))
    return render_to_string("appeals/_state.html", {"state": state, "address": address, "question": question})


@lru_cache(maxsize=16)
def _render_link(language: str) -> str:
    return render_to_string("appeals/_link.html", {"address": _ADDRESS, "LANGUAGE_CODE": language})
