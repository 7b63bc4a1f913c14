"""Define the template tags and filters of quizzes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template

from common import languages
from questions import points

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
def minutes(span: timedelta) -> int:
    """Return a duration in whole minutes."""
    return int(span.total_seconds() // 60)
