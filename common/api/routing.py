"""Build the URL patterns of an API address, with and without a trailing slash."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern
from django.urls.resolvers import RoutePattern


class _OptionalSlash(RoutePattern):
    """The pattern of a complete address that may end in a slash. One pattern is tried faster than two."""

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        return super().match(path.removesuffix("/"))


def route(address: str, view: Callable[..., Any], name: str) -> URLPattern:
    """Return the pattern of `address`, which is written without a slash at its end and matches with one as well."""
    return URLPattern(_OptionalSlash(address, name=name, is_endpoint=True), view, {}, name)
