"""Find people by parts of their name or address. Both databases give the same answer."""

import unicodedata
from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

from accounts.models import User

# People whose ids are read before their rows are looked for. If more are found, the database is asked for both at once.
MOST = 1000


def contains(text: str, path: str = "") -> Q:
    """Return the condition that a person's name or address contains `text`. `path` leads from a row to the person: "user"."""
    start = f"{path}__" if path else ""
    found = Q(**{f"{start}email__icontains": text})
    for spelling in _spellings(text):
        found |= Q(**{f"{start}name__icontains": spelling})
    return found


def matching(text: str, path: str = "") -> Q:
    """Return the condition that a person's name or address contains each word of `text`; words in quotes are one."""
    condition = Q()
    for word in words(text):
        condition &= contains(word, path)
    return condition


def words(text: str) -> Iterator[str]:
    """Yield what Django's admin looks for: the words of a text, and what stands in quotes."""
    for word in smart_split(text):
        is_quoted = word[0] in "\"'" and len(word) > 1 and word[0] == word[-1]
        yield unescape_string_literal(word) if is_quoted else word


def find(text: str) -> list[int] | QuerySet[User]:
    """Return the people that match `text`, for `…__in`: their ids, or a subquery if they are many.

    A list of rows is read and counted. In one statement each, both would compare the names of all people on the site.
    """
    people = User.objects.filter(matching(text))
    ids = list(people.values_list("pk", flat=True)[: MOST + 1])
    return ids if len(ids) <= MOST else people


def _spellings(text: str) -> set[str]:
    """Return how a part of a name may be stored.

    A search from a Mac may bring Hangul as single letters, and an older name may be stored like that. SQLite takes upper and
    lower case for the same only in ASCII.
    """
    composed = unicodedata.normalize("NFC", text)
    cased = {composed} if composed.isascii() else {composed, composed.lower(), composed.upper(), composed.title()}
    return cased | {unicodedata.normalize("NFD", each) for each in cased}
