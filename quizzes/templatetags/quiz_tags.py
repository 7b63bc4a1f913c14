"""Template words of quizzes."""

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.urls import reverse

from common import languages

register = template.Library()


@register.filter
def points(value: str | Decimal) -> str:
    """Points without needless zeros: 1, 0.5."""
    text = f"{Decimal(value):.2f}".rstrip("0").rstrip(".")
    return text or "0"


@register.filter
def localised(texts: Mapping[str, str]) -> str:
    """A text that exists once for each language, in the reader's."""
    return languages.choose(texts)


@register.simple_tag
def lesson_link(course_slug: str, lesson: str) -> str:
    """The address of "slug#heading"."""
    slug, _, heading = lesson.partition("#")
    return reverse("courses:lesson-detail", args=[course_slug, slug]) + (f"#{heading}" if heading else "")
