"""Compute for each pair of questions how many attempts have both, and the sums of their points. Pure functions.

A join of all responses with themselves has as many rows as there are pairs in all attempts together: 19.5 million with 25,000
attempts at 40 questions. Here a set of attempts is the bits of one whole number, so two sets are compared by one `&`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations
from typing import Any
from uuid import UUID

# {points in hundredths: the ids of the attempts that earned them}
Earned = Mapping[int, Sequence[int]]
# The same, with a set of bits in place of the ids.
_Bits = dict[int, int]


def pair_sums(earned: Mapping[UUID, Earned]) -> dict[tuple[UUID, UUID], tuple[int, int, int, int]]:
    """Return {(first, second): (n, sum of x, of y, of x·y)} of each pair of questions that some attempt has both of.

    x and y are the points of the first and the second question, which is the one with the higher uuid.
    """
    ids = sorted(set(chain.from_iterable(attempts for by_points in earned.values() for attempts in by_points.values())))
    places = {attempt: place for place, attempt in enumerate(ids)}
    bits = {
        question: {points: _bits(attempts, places) for points, attempts in by_points.items()}
        for question, by_points in earned.items()
    }
    answered = {question: _either(by_points.values()) for question, by_points in bits.items()}
    found = {}
    for first, second in combinations(sorted(bits, key=lambda question: question.hex), 2):
        if both := (answered[first] & answered[second]).bit_count():
            found[first, second] = (
                both,
                _sum(bits[first], answered[second]),
                _sum(bits[second], answered[first]),
                sum(points * _sum(bits[second], attempts) for points, attempts in bits[first].items() if points),
            )
    return found


def _bits(attempts: Iterable[int], places: Mapping[Any, int]) -> int:
    digits = bytearray(b"0" * len(places))
    for place in map(places.__getitem__, attempts):
        digits[place] = 49  # "1"
    return int(digits, 2)


def _either(sets: Iterable[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


def _sum(by_points: _Bits, attempts: int) -> int:
    """Return the points of these attempts together."""
    return sum(points * (earning & attempts).bit_count() for points, earning in by_points.items() if points)
