"""Render graded questions from parts that are kept, because most of them are the same for every student.

A result has ten questions with four parts each. As loops of a template they took more than half of the page's time.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from common import languages
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.results.question_results import OutcomeHead, QuestionResult

register = template.Library()

# How many parts of results are kept, about 300 bytes each.
_KEPT = 4000
# Stands in a kept text for what differs between students. No text of a question has it: PostgreSQL cannot store it.
_GAP = "\x00"
# The kinds whose answer is a text. As long as none is written and none is shown, they show the same for every question.
_TYPED = ("short_answer", "numeric")
_NOTHING_TYPED = (("outcome", True),)


@lru_cache(_KEPT)
def _part(name: str, language: str, shown: tuple[tuple[str, Hashable], ...]) -> str:
    """Render a part of a result once. It shows nothing but the arguments, so it belongs to no student."""
    return render_to_string(f"quizzes/{name}.html", {**dict(shown), "LANGUAGE_CODE": language})


@lru_cache(_KEPT)
def _head(head: OutcomeHead, language: str) -> str:
    return render_to_string("quizzes/_outcome_head.html", {"head": head, "LANGUAGE_CODE": language})


@register.simple_tag
def lesson_link(course_slug: str, lesson: str) -> str:
    """Return the URL of the lesson "slug#heading"."""
    slug, _, heading = lesson.partition("#")
    return reverse("courses:lesson-detail", args=[course_slug, slug]) + (f"#{heading}" if heading else "")


@register.simple_tag(takes_context=True)
def graded_question(context: template.Context, question: PresentedQuestion, outcome: QuestionResult) -> SafeString:
    """Return a question with its outcome as HTML."""
    language = languages.active()
    shown = (
        ("number", question.number),
        ("html", question.html),
        ("language", question.language),
        ("is_whole_text", question.is_whole_text),
        ("result", _GAP),
    )
    before, after = _part("_graded_question", language, shown).split(_GAP)
    result = _head(outcome.head, language) + _answer(context, question, outcome, language)
    # Each part was escaped by its template.
    return mark_safe(before + result + _feedback(context, outcome, language) + after)  # noqa: S308


@register.simple_tag
def outcome_head(outcome: QuestionResult) -> SafeString:
    """Return what stands above a graded answer as HTML: its outcome in words, and its points."""
    return mark_safe(_head(outcome.head, languages.active()))  # noqa: S308


@register.simple_tag
def graded_parts(question: PresentedQuestion, outcome: QuestionResult) -> SafeString:
    """Return the graded answer to a question that consists of parts as HTML."""
    return mark_safe(_PARTS[question.kind](question, outcome, languages.active()))  # noqa: S308


@register.simple_tag(takes_context=True)
def outcome_feedback(context: template.Context, outcome: QuestionResult) -> SafeString:
    """Return what stands below a graded answer as HTML: the feedback, and the comment of the person who graded it."""
    return mark_safe(_feedback(context, outcome, languages.active()))  # noqa: S308


def _answer(context: template.Context, question: PresentedQuestion, outcome: QuestionResult, language: str) -> str:
    if question.kind in _PARTS:
        return _PARTS[question.kind](question, outcome, language)
    if question.kind in _TYPED and not (outcome.response or outcome.solution):
        return _part(f"kinds/_{question.kind}", language, _NOTHING_TYPED)
    assert context.template is not None  # it is set while a template is rendered
    partial = context.template.engine.get_template(question.template)
    with context.push(question=question, outcome=outcome, files=outcome.files):
        return partial.render(context)


def _feedback(context: template.Context, outcome: QuestionResult, language: str) -> str:
    html = ""
    for item in outcome.feedback:
        address = lesson_link(context["course"].slug, item["lesson"]) if item["lesson"] else ""
        html += _part("_feedback", language, (("html", languages.choose(item["html"], language)), ("address", address)))
    if outcome.comment:
        # It is for one student.
        html += render_to_string("quizzes/_comment.html", {"comment": outcome.comment, "LANGUAGE_CODE": language})
    return html


def _choices(question: PresentedQuestion, outcome: QuestionResult, language: str) -> str:
    choices = "".join(
        _part("kinds/_choice_result", language, (("html", choice["html"]), ("state", outcome.state_of(choice))))
        for choice in question.body["choices"]
    )
    return f'<div class="choices">{choices}</div>'


def _ordering(question: PresentedQuestion, outcome: QuestionResult, language: str) -> str:
    """Show the items in the student's order, those without a position last."""
    items: list[Mapping[str, Any]] = question.body["items"]
    shown = "".join(
        _part(
            "kinds/_ordered_result", language,
            (("html", item["html"]), ("position", item["position"]), ("state", _state(outcome, item["uuid"]))),
        )
        for item in sorted(items, key=lambda item: item["position"] or len(items) + 1)
    )  # fmt: skip
    html = f'<ol class="parts">{shown}</ol>'
    if outcome.solution:
        texts = {item["uuid"]: item["html"] for item in items}
        right = tuple(texts.get(uuid, "") for uuid in outcome.solution["items"])
        html += _part("kinds/_right_order", language, (("items", right),))
    return html


def _matching(question: PresentedQuestion, outcome: QuestionResult, language: str) -> str:
    texts = {right["uuid"]: right["html"] for right in question.body["rights"]}
    matches = outcome.solution.get("matches", {})
    pairs = ""
    for left in question.body["lefts"]:
        state = _state(outcome, left["uuid"])
        right = texts.get(matches.get(left["uuid"]), "") if state != "correct" else ""
        shown = (
            ("html", left["html"]), ("match", texts.get(left["match"], "")), ("state", state), ("right", right),
            ("language", question.language),
        )  # fmt: skip
        pairs += _part("kinds/_matched_result", language, shown)
    return f'<ul class="parts">{pairs}</ul>'


def _fill_in(question: PresentedQuestion, outcome: QuestionResult, language: str) -> str:
    pieces = question.body["pieces"]
    html = "".join(
        _blank(piece, _state(outcome, piece["uuid"]), language) if "uuid" in piece else piece["html"]
        for piece in pieces
    )
    html = f'<div class="filled-in">{html}</div>'
    if any(piece.get("read_as") or piece.get("fault") for piece in pieces):
        html += render_to_string("quizzes/kinds/_blank_notes.html", {"question": question, "LANGUAGE_CODE": language})
    if outcome.solution:
        html += _part("kinds/_right_in_blanks", language, (("blanks", _right_in_blanks(question, outcome)),))
    return html


def _blank(piece: Mapping[str, Any], state: str, language: str) -> str:
    # What somebody has typed is not kept.
    make = _part if "choices" in piece or not piece["text"] else _part.__wrapped__
    # It stands inside a sentence, where white space shows.
    return make("kinds/_blank_result", language, (("text", piece["text"]), ("state", state))).strip()


def _right_in_blanks(question: PresentedQuestion, outcome: QuestionResult) -> tuple[tuple[str, ...], ...]:
    """Return what is right in each blank, in the order of their numbers. The solution of a menu names its choices by uuid."""
    pieces = {piece["uuid"]: piece for piece in question.body["pieces"] if "uuid" in piece}
    shown = []
    for uuid in question.body["blanks"]:
        names = {choice["uuid"]: choice["text"] for choice in pieces[uuid].get("choices", ())}
        shown.append(tuple(names.get(text, text) for text in outcome.solution["blanks"][uuid]))
    return tuple(shown)


def _state(outcome: QuestionResult, part: str) -> str:
    """Return "correct", "wrong", or "" while the answers are hidden."""
    return "" if not outcome.parts else "correct" if outcome.parts.get(part) == "correct" else "wrong"


_PARTS: dict[str, Callable[[PresentedQuestion, QuestionResult, str], str]] = {
    "single_choice": _choices,
    "multiple_choice": _choices,
    "ordering": _ordering,
    "matching": _matching,
    "fill_in": _fill_in,
}
