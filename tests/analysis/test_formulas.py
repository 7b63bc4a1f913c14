"""Formulas of item statistics: published examples, R's psych, and what must hold for any answers."""

import random
import re
from collections import Counter
from math import inf

import pytest

from analysis import formulas
from analysis.formulas import MILLION, Moments
from tests.analysis import responses
from tests.product import ROOT

ROWS = responses.read()


def moments(pairs: list[tuple[float, float]]) -> Moments:
    whole = [(round(x * MILLION), round(y * MILLION)) for x, y in pairs]
    return formulas.total(Moments(1, x, y, x * x, y * y, x * y) for x, y in whole)


def documented() -> dict[str, tuple[str, str]]:
    """Return {item: (mean, discrimination)} of the table that R printed."""
    text = (ROOT / "docs/item-statistics.md").read_text(encoding="utf-8")
    return {
        name: (mean, r) for name, mean, r in re.findall(r"^\| (q\d|alpha) \| ([\d.]*) ?\| ([\d.]+) \|$", text, re.M)
    }


def test_the_file_of_responses_is_the_one_that_the_module_makes() -> None:
    assert responses.make() == ROWS


@pytest.mark.parametrize("item", responses.ITEMS)
def test_facility_and_discrimination_equal_those_of_psych(item: str) -> None:
    pairs = [(row[item], sum(value for name, value in row.items() if name != item) / (len(row) - 1)) for row in ROWS]
    found = moments(pairs)
    r = formulas.correlation(found)
    assert r is not None
    assert (f"{found.x / found.n / MILLION:.6f}", f"{r:.6f}") == documented()[item]


def test_alpha_equals_that_of_psych() -> None:
    columns = {name: [round(row[name] * 100) for row in ROWS] for name in responses.ITEMS}
    variances = [formulas.variance(len(x), sum(x), sum(v * v for v in x)) for x in columns.values()]
    covariances = [
        formulas.covariance(len(x), sum(x), sum(y), sum(a * b for a, b in zip(x, y, strict=True)))
        for one, x in columns.items()
        for other, y in columns.items()
        if one < other
    ]
    found = formulas.alpha([v for v in variances if v], [c for c in covariances if c is not None], len(columns))
    assert f"{found:.6f}" == documented()["alpha"][1]


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe 1998, two-sided intervals for the single proportion, table I: 81/263 and 15/148.
    assert [f"{end:.4f}" for end in formulas.share_interval(81 / 263, 263)] == ["0.2553", "0.3662"]
    assert [f"{end:.4f}" for end in formulas.share_interval(15 / 148, 148)] == ["0.0624", "0.1605"]


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998, interval estimation for the difference, table II: 56/70 and 48/80, method 10.
    found = formulas.difference_interval((56 / 70, 70), (48 / 80, 80))
    assert [f"{end:.4f}" for end in found] == ["0.0524", "0.3339"]


def test_the_interval_of_a_correlation_contains_it_and_narrows_with_more_answers() -> None:
    few, many = (formulas.correlation_interval(0.4, n) for n in (20, 200))
    assert few is not None
    assert many is not None
    assert few[0] < many[0] < 0.4 < many[1] < few[1]
    assert formulas.correlation_interval(0.4, 3) is None


def test_there_is_no_correlation_where_nothing_varies() -> None:
    assert formulas.correlation(moments([(1, 0.2), (1, 0.7)])) is None
    assert formulas.correlation(Moments()) is None


def test_sums_over_millions_of_answers_lose_no_digit() -> None:
    pairs = [(float(number % 2), (number % 7) / 6) for number in range(70)]
    once = moments(pairs)
    often = Moments(*(getattr(once, name) * 1_000_000 for name in ("n", "x", "y", "xx", "yy", "xy")))
    assert formulas.correlation(often) == pytest.approx(formulas.correlation(once), abs=1e-12)


def test_the_top_third_is_the_smallest_set_of_highest_classes_with_a_third() -> None:
    assert formulas.top_third({1: 6, 5: 2, 9: 1}) == {9, 5}
    assert formulas.top_third({3: 10}) == {3}
    assert formulas.top_third({}) == set()


def test_the_median_time_lies_in_the_class_of_the_median() -> None:
    chance = random.Random(1)
    seconds = sorted(chance.uniform(5, 400) for _ in range(301))
    counts: dict[int, int] = {}
    for each in seconds:
        number = formulas.time_class(each)
        assert number is not None
        counts[number] = counts.get(number, 0) + 1
    found = formulas.median_time(counts)
    assert found is not None
    assert formulas.time_class(found) == formulas.time_class(seconds[150])


def test_a_time_of_more_than_half_an_hour_is_not_counted() -> None:
    assert formulas.time_class(1801) is None
    assert formulas.median_time({}) is None


def test_the_stability_index_is_0_for_equal_shares_and_grows_with_the_difference() -> None:
    same, little, much = (
        formulas.stability_index({"a": 50, "b": 50}, now)
        for now in ({"a": 50, "b": 50}, {"a": 40, "b": 60}, {"a": 5, "b": 95})
    )
    assert same == 0
    assert little is not None
    assert much is not None
    assert 0 < little < 0.1
    assert 0.25 < much < inf
    assert formulas.stability_index({}, {"a": 1}) is None


@pytest.mark.parametrize("kinds", [2, 4, 8])
def test_equal_cohorts_exceed_the_bound_of_the_stability_index_in_about_one_case_of_twenty(kinds: int) -> None:
    chance = random.Random(kinds)
    names = [str(number) for number in range(kinds)]
    bound = formulas.chance_of_stability(kinds, 200, 100)
    found = [
        formulas.stability_index(Counter(chance.choices(names, k=200)), Counter(chance.choices(names, k=100))) or 0
        for _ in range(1000)
    ]
    assert 0.03 <= sum(index > bound for index in found) / 1000 <= 0.07
