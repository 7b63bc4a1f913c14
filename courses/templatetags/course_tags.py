"""Provide template filters for courses."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return `mapping[key]`, or None. Without this filter, templates cannot look up a key that is in a variable."""
    return mapping.get(key)
