"""Suggest what a mistyped word may have meant: words of the reader's courses that differ from it in a letter or two.

Korean is compared by its letters (ㄷㅔㅇㅣㅌㅏ), because a syllable with one wrong letter is another character altogether.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from django.db.models import F, QuerySet

from search.finding import hits
from search.finding.queries import Query, read_query
from search.finding.statements import PreparedLists
from search.indexing.folding import SHORTEST
from search.models import CourseIndex

# Words are compared with those of the courses that were visited last.
_COURSES = 20
_LONGEST_SHORT = 5
# Words whose letters one process remembers, of about 250 bytes each.
_DECOMPOSED = 4096
# Indexes whose words one process remembers by their length, of about 100 KB each.
_TEXTS = 12


def suggest(query: Query, indexes: Sequence[hits.Readable]) -> str:
    """Return another query that seems to find something, or "". One query for one word, two for more.

    An index that does not know of the last change of its course suggests nothing: it may have a lesson that was hidden meanwhile.
    """
    asked = [each.pk for each in indexes[:_COURSES]]
    rows = {row["pk"]: row["words"] for row in _WORDS.values(asked)} if asked else {}
    chosen = [each for each in indexes if each.pk in rows]
    texts = [rows[each.pk] for each in chosen]
    replaced = [_nearest(word, texts) if len(word) >= SHORTEST else word for word in query.text.casefold().split()]
    suggested = " ".join(replaced)
    if not chosen or suggested == query.text.casefold():
        return ""
    if len(replaced) == 1:
        # It is a word of one of these indexes.
        return suggested
    return suggested if hits.may_have(read_query(suggested), chosen) else ""


def _current(pks: Sequence[int]) -> QuerySet[CourseIndex, Any]:
    return CourseIndex.objects.filter(pk__in=pks, revision=F("course__revision")).values("pk", "words")


_WORDS = PreparedLists(_current)


@lru_cache(_DECOMPOSED)
def _letters_of(word: str) -> str:
    return unicodedata.normalize("NFD", word)


@lru_cache(_TEXTS)
def _by_length(text: str) -> dict[int, list[str]]:
    """Return the words of an index, which are written one a line, by their length."""
    found: dict[int, list[str]] = {}
    for word in text.split("\n"):
        found.setdefault(len(word), []).append(word)
    return found


def _alike(word: str, texts: Sequence[str], allowed: int) -> Iterator[str]:
    """Yield the words of the texts that may be near, those of the same length first.

    A changed letter makes a Korean word at most a syllable longer or shorter, and a Latin one a letter.
    """
    for difference in range(allowed + 1):
        for length in dict.fromkeys((len(word) - difference, len(word) + difference)):
            # Courses have many words in common.
            yield from dict.fromkeys(chain.from_iterable(_by_length(text).get(length, ()) for text in texts))


def _nearest(word: str, texts: Sequence[str]) -> str:
    """Return the known word that is nearest to `word`, or `word` itself if a known one has it or none is near.

    `texts` are the words of the indexes, one a line.
    """
    if any(word in text for text in texts):
        return word
    letters = _letters_of(word)
    allowed = 1 if len(letters) <= _LONGEST_SHORT else 2
    own = set(letters)
    best, best_distance = word, allowed + 1
    for other in _alike(word, texts, allowed):
        others = _letters_of(other)
        # Each letter that only one of them has needs a change of its own, or half of one.
        if abs(len(others) - len(letters)) >= best_distance or len(own ^ set(others)) > 2 * allowed:
            continue
        distance = distance_of(letters, others, best_distance)
        if distance < best_distance:
            best, best_distance = other, distance
        # No other word is nearer: one that has no difference has been found above.
        if best_distance == 1:
            break
    return best


def distance_of(one: str, other: str, limit: int) -> int:
    """Return how many letters are changed, added, left out or swapped with their neighbour; `limit` if it is that or more."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, beside in enumerate(other, 1):
            least = min(last[column] + 1, here[-1] + 1, last[column - 1] + (letter != beside))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == beside:
                least = min(least, before[column - 2] + 1)
            here.append(least)
        if min(here) >= limit:
            return limit
        before, last = last, here
    return min(last[-1], limit)
