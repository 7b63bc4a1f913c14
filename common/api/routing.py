"""Build the URL patterns of an API address."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path


def route(address: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    """Return two patterns: `address` without a trailing slash, which has the name, and an alias with one."""
    return [path(address, view, name=name), path(f"{address}/", view)]
