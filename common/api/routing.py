"""Build the URL patterns of an API address, with and without a trailing slash."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path


def route(address: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    """Return two patterns: one for `address`, which has the name, and an alias with a trailing slash."""
    return [path(address, view, name=name), path(f"{address}/", view)]
