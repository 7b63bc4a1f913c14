"""Decide where the words of a query stand in a text."""

import re
from collections.abc import Sequence
from functools import lru_cache

from search.indexing.folding import fold, fold_with_places
from search.indexing.grams import is_start_of_word


@lru_cache(maxsize=256)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(("(?<![a-z0-9])" if is_start_of_word(word) else "") + re.escape(word))


def has_all(text: str, words: Sequence[str]) -> bool:
    """Return whether a composed text has all folded words."""
    folded = fold(text)
    return all(_pattern(word).search(folded) for word in words)


def best_line(lines: Sequence[str], words: Sequence[str]) -> int:
    """Return the number of the line that has most of the words; the first of equals."""
    patterns = [_pattern(word) for word in words]
    counts = [sum(pattern.search(folded) is not None for pattern in patterns) for folded in map(fold, lines)]
    return counts.index(max(counts))


def find_spans(line: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the words stand in a line, in order, without overlaps."""
    folded, places = fold_with_places(line)
    found = sorted(
        (places[match.start()], places[match.end() - 1] + 1)
        for word in words
        for match in _pattern(word).finditer(folded)
    )
    spans: list[tuple[int, int]] = []
    for begin, stop in found:
        if spans and begin < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((begin, stop))
    return spans
