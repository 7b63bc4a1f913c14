"""Define the template tags and filters of quizzes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template
from django.urls import reverse

from common import languages
from questions import points
from quizzes.attempts.presentation import PresentedQuestion
from quizzes.results.question_results import QuestionResult

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
