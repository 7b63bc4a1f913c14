"""Numeric questions of the course take the unit that a person writes after the number, in both languages."""

from typing import Any

import pytest
import yaml

from questions.kinds.numeric import KIND
from tests.product import ROOT

COURSE = ROOT / "content" / "data-analytics-week-2"


def numeric() -> list[tuple[str, dict[str, Any]]]:
    files = sorted([*COURSE.glob("checks/*.yaml"), *COURSE.glob("quizzes/*.yaml")])
    questions = [(path.stem, one) for path in files for one in yaml.safe_load(path.read_text("utf-8"))["questions"]]
    return [(name, one) for name, one in questions if one["kind"] == "numeric"]


@pytest.mark.parametrize(
    ("code", "key", "answers"),
    [
        ("3-8", "baseline-count", ["8", "8개", "8 cases"]),
        ("3-8", "compute-recall", ["60", "60%", "60 ％"]),
        ("3-8", "sample-size-estimate", ["3,600", "3600명", "3,600 people"]),
        ("4-7", "reasoning-cost", ["50", "50달러", "50 dollars"]),
        ("4-7", "mcp-connections", ["44", "44개", "44 connectors"]),
        ("4-7", "twenty-steps", ["59", "59.05%", "59 %"]),
        ("4-7", "daily-cost", ["5", "5.00 달러", "5 USD"]),
        ("6-1", "cheapest-rule", ["335,000", "335000원", "335,000 won", "33.5만 원"]),
        ("quiz-generative-ai", "how-many-modalities", ["3", "3가지", "3 modalities"]),
        ("quiz-generative-ai", "orders-with-revenue", ["338", "338건", "338 orders"]),
        ("quiz-generative-ai", "rounds-of-an-agent", ["40,000", "40000토큰", "4만 토큰", "40,000 tokens"]),
        ("quiz-data-issues", "cloud-bill", ["180,000", "180000원", "18만 원", "180,000 won"]),
        ("quiz-data-issues", "bought-three-times", ["48,000,000", "4,800만 원", "48 million won"]),
        ("quiz-ml-in-practice", "blocked-by-country", ["12", "12배", "12 times"]),
        ("quiz-ml-in-practice", "three-day-count", ["2", "2번", "2건", "2 orders"]),
        ("quiz-ml-in-practice", "rule-on-six", ["4", "4명", "4 students"]),
        ("quiz-ml-in-practice", "coin-of-five", ["18.75", "18.8%", "19 %"]),
        ("quiz-ml-in-practice", "quarter-difference", ["48,000", "48000명", "48,000 people"]),
    ],
)
def test_a_number_is_right_with_the_unit_a_person_writes(code: str, key: str, answers: list[str]) -> None:
    definition = next(one["definition"] for name, one in numeric() if (name, one["key"]) == (code, key))
    spec = {**KIND.build(definition, identify=str, html=dict), "points": "1"}
    assert [KIND.grade(spec, {"text": answer}).outcome for answer in answers] == ["correct"] * len(answers)


def test_a_unit_that_is_a_word_is_shown_in_both_languages() -> None:
    symbols = {"%", "GB"}
    words = [(name, one["key"]) for name, one in numeric() if one.get("definition", {}).get("unit", "%") not in symbols]
    shown = [
        (name, one["key"]) for name, one in numeric() if {"ko", "en"} <= one["definition"].get("unit_text", {}).keys()
    ]
    assert words
    assert set(words) == set(shown)
