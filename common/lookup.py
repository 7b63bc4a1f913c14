"""Raise Http404 for what was not found."""

from typing import TypeVar

from django.http import Http404

T = TypeVar("T")


def or_404(found: T | None) -> T:
    """Return `found`. Raises Http404 if it is None."""
    if found is None:
        raise Http404
    return found
