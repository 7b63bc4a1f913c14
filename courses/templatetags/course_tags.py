"""Template words of courses."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """`mapping[key]`, None where it is missing: templates cannot look up by a variable."""
    return mapping.get(key)
