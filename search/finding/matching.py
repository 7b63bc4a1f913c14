"""Decide where the words of a query stand in a text."""

import re
from collections.abc import Sequence
from functools import lru_cache

from search.indexing.grams import is_start_of_word

_BETWEEN_SYLLABLES, _SPACES = re.compile(r"(?<=[가-힣])(?=[가-힣])"), r"[^\\S\\n]*"


@lru_cache(maxsize=256)
def _pattern(word: str) -> re.Pattern[str]:
    """Return where a folded word stands in a text without case: with spaces between Korean syllables, which `fold` ignores.

    Folding each text would take several times as long.
    """
    start = "(?<![a-z0-9])" if is_start_of_word(word) else ""
    return re.compile(start + _BETWEEN_SYLLABLES.sub(_SPACES, re.escape(word)))


def has_all(text: str, words: Sequence[str]) -> bool:
    """Return whether a composed text has all folded words."""
    caseless = text.casefold()
    return all(_pattern(word).search(caseless) for word in words)


def best_line(lines: Sequence[str], words: Sequence[str]) -> int:
    """Return the number of the line that has most of the words; the first of equals."""
    patterns = [_pattern(word) for word in words]
    counts = [
        sum(pattern.search(caseless) is not None for pattern in patterns) for caseless in map(str.casefold, lines)
    ]
    return counts.index(max(counts))


def find_spans(line: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the words stand in a line, in order, without overlaps."""
    caseless = line.casefold()
    # No letter gets shorter without its case, so in a text of the same length each letter is at its place.
    places: Sequence[int] = range(len(line))
    if len(caseless) != len(line):
        places = [place for place, letter in enumerate(line) for _each in letter.casefold()]
    found = sorted(
        (places[match.start()], places[match.end() - 1] + 1)
        for word in words
        for match in _pattern(word).finditer(caseless)
    )
    spans: list[tuple[int, int]] = []
    for begin, stop in found:
        if spans and begin < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((begin, stop))
    return spans
