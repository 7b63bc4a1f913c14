"""Define the template tags and filters of quizzes."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached
from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common import languages
from questions import points
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.results.question_results import ChoiceState, OutcomeHead, QuestionResult

register = template.Library()


register.filter("points", points.format_points)


@register.filter
def localised(texts: Mapping[str, str]) -> str:
    """Return the text in the active language."""
    return languages.choose(texts)


@register.filter
def get(values: Mapping[str, Any], name: str) -> Any:
    """Return `values[name]`, or "" if it is missing."""
    return values.get(name, "")


@register.filter
def part(parts: list[dict[str, Any]], uuid: str | None) -> dict[str, Any] | None:
    """Return the part of a question with this uuid, or None."""
    return next((each for each in parts if each["uuid"] == uuid), None)


@register.filter
def by_position(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return items in the student's order, those without a position last."""
    return sorted(items, key=lambda item: item["position"] or len(items) + 1)


@register.filter
def minutes(span: timedelta) -> int:
    """Return a duration in whole minutes."""
    return int(span.total_seconds() // 60)


@register.simple_tag
def matched(question: PresentedQuestion, outcome: QuestionResult, left: dict[str, Any]) -> dict[str, Any] | None:
    """Return the right item that belongs to a left item, by the solution."""
    found: dict[str, Any] | None = part(question.body["rights"], outcome.solution["matches"].get(left["uuid"]))
    return found


@register.simple_tag
def lesson_link(course_slug: str, lesson: str) -> str:
    """Return the URL of the lesson "slug#heading"."""
    slug, _, heading = lesson.partition("#")
    return reverse("courses:lesson-detail", args=[course_slug, slug]) + (f"#{heading}" if heading else "")


# How many parts of results are kept. They are the same for all students in the same state.
_KEPT = 4000
_shared: LRUCache[Hashable, SafeString] = LRUCache(_KEPT)
_WITH_CHOICES = ("single_choice", "multiple_choice")


@register.simple_tag(takes_context=True)
def graded_question(context: template.Context, question: PresentedQuestion, outcome: QuestionResult) -> SafeString:
    """Return a question with its outcome as HTML."""
    is_empty = question.kind == "short_answer" and not outcome.response and not outcome.solution
    is_shared = is_empty or question.kind in _WITH_CHOICES
    if not is_shared or outcome.feedback or outcome.comment or outcome.files:
        assert context.template is not None  # it is set while a template is rendered
        partial = context.template.engine.get_template("quizzes/_graded_question.html")
        with context.push(question=question, outcome=outcome):
            return partial.render(context)
    choices = tuple((each["html"], outcome.state_of(each)) for each in question.body.get("choices", ()))
    shown = (question.kind, question.number, question.html, question.language, outcome.head, choices)
    return _render_shared(shown, languages.active(), question, outcome)


@cached(_shared, key=lambda shown, language, _question, _outcome: (shown, language), lock=Lock())
def _render_shared(_shown: Hashable, language: str, question: PresentedQuestion, outcome: QuestionResult) -> SafeString:
    """Render a question once for all students who see the same. `_shown` is everything that it shows."""
    context = {"question": question, "outcome": outcome, "LANGUAGE_CODE": language}
    return render_to_string("quizzes/_graded_question.html", context)


@register.simple_tag
def outcome_head(outcome: QuestionResult) -> SafeString:
    """Return what stands above a graded answer as HTML: its outcome in words, and its points."""
    return _render_head(outcome.head, languages.active())


@lru_cache(_KEPT)
def _render_head(head: OutcomeHead, language: str) -> SafeString:
    return render_to_string("quizzes/_outcome_head.html", {"head": head, "LANGUAGE_CODE": language})


@register.simple_tag
def choice_results(question: PresentedQuestion, outcome: QuestionResult) -> SafeString:
    """Return the choices of a graded question as HTML. Each is rendered once for each of its few states."""
    language = languages.active()
    choices = question.body["choices"]
    return SafeString("".join(_render_choice(each["html"], outcome.state_of(each), language) for each in choices))


@lru_cache(_KEPT)
def _render_choice(html: str, state: ChoiceState, language: str) -> SafeString:
    context = {"html": html, "state": state, "LANGUAGE_CODE": language}
    return render_to_string("quizzes/kinds/_choice_result.html", context)


# Both stand on the attempt's page once for each question. As templates they would make it a fifth slower.
@register.simple_tag
def flag_button(question: PresentedQuestion, is_flagged: bool, url: str, label: str) -> SafeString:
    """Return the button that flags a question, or takes its flag away."""
    name, pressed = ("unflag", "true") if is_flagged else ("flag", "false")
    return mark_safe(  # noqa: S308 (uuid and number are the version's)
        f'<button class="flag" name="{name}" value="{question.uuid}" formaction="{url}#q-{question.uuid}" formnovalidate '
        f'aria-pressed="{pressed}">{escape(label)}<span class="visually-hidden"> ({question.number})</span></button>'
    )


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
