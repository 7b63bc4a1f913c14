"""Sums over pairs of questions, compared with those that a loop over all attempts gives."""

from collections import defaultdict
from itertools import combinations
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.anew.pairing import pair_sums

QUESTIONS = [UUID(int=number) for number in (1, 2, 3)]
# The points of each question in each attempt: with pools, not every attempt has every question.
ATTEMPTS = st.lists(st.tuples(*[st.none() | st.integers(-100, 400)] * len(QUESTIONS)), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ATTEMPTS)
def test_the_sums_are_those_of_a_loop(attempts: list[tuple[int | None, ...]]) -> None:
    earned: dict[UUID, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, points in enumerate(attempts):
        for question, own in zip(QUESTIONS, points, strict=True):
            if own is not None:
                earned[question][own].append(number * 1_000_003)
    expected = {}
    for first, second in combinations(range(len(QUESTIONS)), 2):
        both = [(x, y) for each in attempts if (x := each[first]) is not None and (y := each[second]) is not None]
        if both:
            xs, ys = zip(*both, strict=True)
            expected[QUESTIONS[first], QUESTIONS[second]] = len(both), sum(xs), sum(ys), sum(x * y for x, y in both)
    assert pair_sums(earned) == expected


def test_without_responses_there_are_no_pairs() -> None:
    assert pair_sums({}) == {}
