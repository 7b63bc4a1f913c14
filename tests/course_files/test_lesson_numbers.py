"""Figures of the lessons that can be computed are computed here."""

from math import erfc, sqrt

import pytest

from tests.product import ROOT

LESSONS = ROOT / "content" / "data-analytics-week-2" / "lessons"


def chance_of_such_a_gap(one: int, other: int, users: int) -> float:
    """Return how often two equal groups of this size differ by chance at least this much (two-sided z test)."""
    rate = (one + other) / (2 * users)
    return erfc(abs(one - other) / users / sqrt(rate * (1 - rate) * 2 / users) / sqrt(2))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ko",
            (
                "10,000명 중 300명",
                "10,000명 중 360명",
                "100번에 {}번쯤이라",
                "1,000명 중 30명과 36명",
                "100번에 {}번쯤 생기는",
            ),
        ),
        (
            "en",
            (
                "300 of 10,000",
                "360 of 10,000",
                "about {} times in 100, so",
                "30 and 36 of 1,000",
                "about {} times in 100. So",
            ),
        ),
    ],
)
def test_the_a_b_test_of_3_1_is_calculated_right(language: str, words: tuple[str, ...]) -> None:
    text = (LESSONS / f"3-1.{language}.md").read_text(encoding="utf-8")
    many, few = chance_of_such_a_gap(300, 360, 10_000), chance_of_such_a_gap(30, 36, 1_000)
    for words_of_text, chance in zip(words, (many, many, many, few, few), strict=True):
        assert words_of_text.format(round(100 * chance)) in text
