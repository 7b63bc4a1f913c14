"""Template filter for Korean particles."""

from django import template

from common.korean import particles

register = template.Library()


@register.filter
def particle(text: object, pair: str) -> str:
    """Return the form of `pair` that follows `text`: `{{ name }}{{ name|particle:"을/를" }}`."""
    return particles.particle(str(text), pair)
