"""Read what an address or a form names, and raise Http404 for what was not found."""

from typing import TypeVar
from uuid import UUID

from django.http import Http404

T = TypeVar("T")


def or_404(found: T | None) -> T:
    """Return `found`. Raises Http404 if it is None."""
    if found is None:
        raise Http404
    return found


def uuid_text(text: str) -> str:
    """Return the uuid that a parameter has, in its usual form. Empty if it is none: anybody may type an address."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""
