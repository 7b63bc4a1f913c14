"""Make short names (slugs and keys) that are new, as the course format allows them."""

from collections.abc import Iterable, Mapping, Set
from itertools import count

from django.utils.text import slugify

from common.korean import romanization
from course_files.merging import canonical

# A name is part of addresses, so it is shorter than the course format allows.
_LONGEST = 60


def free_slug(titles: Mapping[str, str], fallback: str, taken: Iterable[str], *, shortest: int = 1) -> str:
    """Return a name that is not in `taken`: from the first title without Hangul, else from the first one, in Latin letters.

    Names of fewer than `shortest` signs do not count. Without any, it is made from `fallback`.
    """
    in_order = sorted(titles.values(), key=romanization.has_hangul)
    names = (name for title in in_order if len(name := make_slug(title)) >= shortest)
    return numbered(next(names, make_slug(fallback)), set(taken))


def numbered(base: str, taken: Set[str]) -> str:
    """Return `base`, or `base` with the first number from 2 that makes it new."""
    if base not in taken:
        return base
    return first_free(base, taken, start=2)


def first_free(base: str, taken: Set[str], *, start: int = 1) -> str:
    """Return `base` with the first number that makes it new: single-choice-3 after single-choice-2."""
    return next(name for number in count(start) if (name := f"{make_slug(base)}-{number}") not in taken)


def make_slug(text: str) -> str:
    """Return a text in lower-case Latin letters, digits and hyphens, cut between words. It may be ""."""
    slug = slugify(romanization.romanise(canonical(text)).replace("_", "-")).strip("-")
    if len(slug) <= _LONGEST:
        return slug
    words = slug[: _LONGEST + 1].rpartition("-")[0]
    return (words or slug[:_LONGEST]).strip("-")
