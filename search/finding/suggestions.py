"""Suggest what a mistyped word may have meant: words of the reader's courses that differ from it in a letter or two.

Korean is compared by its letters (ㄷㅔㅇㅣㅌㅏ), because a syllable with one wrong letter is another character altogether.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from django.db.models import F

from search.finding import hits
from search.finding.queries import Query, read_query
from search.indexing.folding import SHORTEST
from search.models import CourseIndex

# Words are compared with those of the courses that were visited last.
_COURSES = 20
_LONGEST_SHORT = 5


def suggest(query: Query, indexes: Sequence[hits.Readable]) -> str:
    """Return another query that seems to find something, or "". One query for one word, two for more.

    An index that does not know of the last change of its course suggests nothing: it may have a lesson that was hidden meanwhile.
    """
    current = CourseIndex.objects.filter(
        pk__in=[each.pk for each in indexes[:_COURSES]], revision=F("course__revision")
    )
    rows = dict(current.values_list("pk", "words"))
    chosen = [each for each in indexes if each.pk in rows]
    words = list(dict.fromkeys(word for each in chosen for word in rows[each.pk].split("\n") if word))
    replaced = [_nearest(word, words) if len(word) >= SHORTEST else word for word in query.text.casefold().split()]
    suggested = " ".join(replaced)
    if not chosen or suggested == query.text.casefold():
        return ""
    if len(replaced) == 1:
        # It is a word of one of these indexes.
        return suggested
    return suggested if hits.may_have(read_query(suggested), chosen) else ""


def _nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is nearest to `word`, or `word` itself if a known one has it or none is near."""
    letters = unicodedata.normalize("NFD", word)
    allowed = 1 if len(letters) <= _LONGEST_SHORT else 2
    own = set(letters)
    best, best_distance = word, allowed + 1
    for other in known:
        if word in other:
            return word
        others = unicodedata.normalize("NFD", other)
        # Each letter that only one of them has needs a change of its own, or half of one.
        if abs(len(others) - len(letters)) >= best_distance or len(own ^ set(others)) > 2 * allowed:
            continue
        distance = distance_of(letters, others, best_distance)
        if distance < best_distance:
            best, best_distance = other, distance
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
