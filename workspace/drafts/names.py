"""Make short names (slugs and keys) that are new, as the course format allows them."""

from collections.abc import Iterable, Mapping, Set
from itertools import count

from django.utils.text import slugify

# The limit of the course format, less the room for a number.
_LONGEST = 95


def free_slug(titles: Mapping[str, str], fallback: str, taken: Iterable[str], *, shortest: int = 1) -> str:
    """Return a name that is not in `taken`: from the first title that has `shortest` Latin letters, else from `fallback`."""
    names = (name for title in titles.values() if len(name := _slug(title)) >= shortest)
    return numbered(next(names, _slug(fallback)), set(taken))


def numbered(base: str, taken: Set[str]) -> str:
    """Return `base`, or `base` with the first number from 2 that makes it new."""
    if base not in taken:
        return base
    return first_free(base, taken, start=2)


def first_free(base: str, taken: Set[str], *, start: int = 1) -> str:
    """Return `base` with the first number that makes it new: single-choice-3 after single-choice-2."""
    return next(name for number in count(start) if (name := f"{_slug(base)}-{number}") not in taken)


def _slug(text: str) -> str:
    return slugify(text.replace("_", "-"))[:_LONGEST].strip("-")
