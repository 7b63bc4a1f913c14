"""Render the questions of an open attempt from parts that are kept, because most of them are the same for every student.

An attempt has ten questions with four parts each. As loops of a template they took more than half of the page's time.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached
from django import template
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common import languages
from quizzes.attempts.models import Attempt
from quizzes.attempts.presentation import PresentedQuestion

register = template.Library()

# How many parts of questions are kept, about 300 bytes each, and how many questions without their parts.
_KEPT_PARTS, _KEPT_QUESTIONS = 3000, 1000
# Stands in a kept text for what differs between students. No text of a question has it: PostgreSQL cannot store it.
_GAP = "\x00"
# By kind: where the body has the parts, and the template of one.
_PARTS = {
    "single_choice": ("choices", "_choice"),
    "multiple_choice": ("choices", "_choice"),
    "ordering": ("items", "_ordered_item"),
    "matching": ("lefts", "_pair"),
}
# The kinds whose questions are the same for everybody until a text is written.
_WITH_TEXT = ("short_answer", "numeric", "fill_in")


@lru_cache(_KEPT_PARTS)
def _part(name: str, question: str, kind: str, count: int, shown: tuple[tuple[str, Hashable], ...]) -> str:
    """Render one of `count` parts of a question once. It shows nothing but the arguments, so it belongs to no student."""
    context = {"question": question, "kind": kind, "places": range(1, count + 1), "options": _GAP, **dict(shown)}
    return render_to_string(f"quizzes/kinds/{name}.html", context)


def _parts(question: PresentedQuestion) -> str:
    name, partial = _PARTS[question.kind]
    shown = question.body[name]
    parts = [_part(partial, question.uuid, question.kind, len(shown), tuple(each.items())) for each in shown]
    if "rights" in question.body:
        parts = [
            part.replace(_GAP, _options(question, left["match"]), 1) for part, left in zip(parts, shown, strict=True)
        ]
    return "".join(parts)


def _options(question: PresentedQuestion, match: str | None) -> str:
    return "".join(
        _part("_option", question.uuid, "", 0, (*right.items(), ("is_chosen", right["uuid"] == match)))
        for right in question.body["rights"]
    )


@register.simple_tag(takes_context=True)
def answer_parts(context: template.Context, question: PresentedQuestion) -> SafeString:
    """Return the parts of a question to answer as HTML, in the student's order and with the student's answer."""
    # Each part was escaped by its template.
    return mark_safe(_GAP if "with_gaps" in context else _parts(question))  # noqa: S308


@cached(
    LRUCache(_KEPT_QUESTIONS), key=lambda digest, question, language: (digest, question.uuid, language), lock=Lock()
)
def _with_gaps(_digest: str, question: PresentedQuestion, language: str) -> list[str]:
    """Render a question of a version, split where the number of its answer, its own number and its parts stand."""
    unnumbered = replace(question, number=_GAP)  # type: ignore[arg-type]  # templates show it as it is
    context = {"question": unnumbered, "sequence": _GAP, "with_gaps": True, "LANGUAGE_CODE": language}
    return render_to_string("quizzes/_question.html", context).split(_GAP)


def is_alike(question: PresentedQuestion) -> bool:
    """Whether the question is the same for everybody, but for its parts. Menus in a text are in each student's order."""
    if question.kind in _PARTS:
        return True
    has_menu = any("choices" in piece for piece in question.body.get("pieces", ()))
    return question.kind in _WITH_TEXT and not question.response and not has_menu


@register.simple_tag(takes_context=True)
def attempt_questions(
    context: template.Context, attempt: Attempt, questions: Iterable[tuple[Any, ...]], flag_url: str, flag_label: str
) -> SafeString:
    """Return the questions of the attempt's page as the entries of a list. See `render_attempt` for `questions`."""
    assert context.template is not None  # it is set while a template is rendered
    partial = context.template.engine.get_template("quizzes/_question.html")
    language, label = languages.active(), escape(flag_label)
    entries = []
    for question, is_plain, checked, files, sequence, loaded, refusal, _answered, is_flagged in questions:
        if is_plain and is_alike(question):
            head, before_number, *rest = _with_gaps(attempt.version.digest, question, language)
            body = (_parts(question) if len(rest) > 1 else "").join(rest)
            html = f"{head}{sequence}{before_number}{question.number}{body}"
        else:
            shown = {"question": question, "checked": checked, "files": files, "sequence": sequence, "refusal": refusal}
            with context.push(**shown):
                html = partial.render(context)
        name, pressed = ("unflag", "true") if is_flagged else ("flag", "false")
        entries.append(
            f'<li>{html}<input type="hidden" name="{question.uuid}:loaded" value="{escape(loaded)}">'
            f'<button class="flag" name="{name}" value="{question.uuid}" formaction="{flag_url}#q-{question.uuid}" '
            f'formnovalidate aria-pressed="{pressed}">{label}<span class="visually-hidden"> ({question.number})</span>'
            "</button></li>"
        )
    return mark_safe("".join(entries))  # noqa: S308 (uuids and numbers are the version's; the rest is escaped)


@register.simple_tag
def navigator_entries(questions: Sequence[tuple[Any, ...]]) -> SafeString:
    """Return the list of an attempt's questions. Each entry ends with (…, is it answered, is it flagged)."""
    answered, flagged = escape(_("answered")), escape(_("to look at again"))
    return mark_safe(  # noqa: S308 (uuid and number are the version's)
        "".join(
            f'<li><a href="#q-{question.uuid}" class="{"is-answered" if is_answered else ""}'
            f'{" is-flagged" if is_flagged else ""}">{question.number}<span class="visually-hidden">'
            f" {', '.join([answered] * is_answered + [flagged] * is_flagged)}</span></a></li>"
            for question, *_rest, is_answered, is_flagged in questions
        )
    )
