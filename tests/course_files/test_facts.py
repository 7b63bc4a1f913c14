"""Numbers are computed from CSV files by a few named ways."""

from decimal import Decimal
from typing import Any

import pytest

from course_files.linting.facts import UncountableError, compute

ASSETS = {
    "a.csv": "\ufeffgroup,score\r\nx,10\r\nx,20\r\ny,5\r\ny,\r\n".encode(),
    "b.csv": b"\xff\xfe",
    "empty.csv": b"a\n",
}


@pytest.mark.parametrize(
    ("fact", "number"),
    [
        ({"compute": "count"}, "4"),
        ({"compute": "count", "where": {"group": "x"}}, "2"),
        ({"compute": "count", "where": {"score": ""}}, "1"),
        ({"compute": "count", "where": {"score": 10}}, "1"),
        ({"compute": "sum", "column": "score", "where": {"group": "x"}}, "30"),
        ({"compute": "mean", "column": "score", "where": {"group": "x"}}, "15"),
        ({"compute": "min", "column": "score", "where": {"group": "x"}}, "10"),
        ({"compute": "max", "column": "score", "where": {"group": "x"}}, "20"),
        ({"compute": "share", "where": {"group": "x"}}, "50"),
        ({"compute": "share", "where": {"score": 10}, "of": {"group": "x"}}, "50"),
        (
            {
                "compute": "difference",
                "measure": "max",
                "column": "score",
                "where": {"group": "x"},
                "minus": {"score": 5},
            },
            "15",
        ),
        ({"compute": "difference", "where": {"score": 5}, "minus": {"group": "x"}}, "-1"),
    ],
)
def test_numbers(fact: dict[str, Any], number: str) -> None:
    assert compute({"file": "a.csv", **fact}, ASSETS) == Decimal(number)


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        ({"file": "c.csv", "compute": "count"}, "There is no such file: assets/c.csv"),
        ({"file": "b.csv", "compute": "count"}, "assets/b.csv cannot be read"),
        ({"compute": "count", "where": {"colour": "x"}}, "no column of this name: colour"),
        ({"compute": "sum", "column": "score"}, "This is not a number: score: "),
        ({"compute": "sum", "column": "group"}, "This is not a number: group: x"),
        ({"compute": "mean", "column": "score", "where": {"group": "z"}}, "No row of the data fits"),
        ({"compute": "max", "column": "score", "where": {"group": "z"}}, "No row of the data fits"),
        ({"file": "empty.csv", "compute": "share", "where": {}}, "No row of the data fits"),
        ({"compute": "max"}, "“column” is missing"),
    ],
)
def test_data_that_gives_no_number(fact: dict[str, Any], why: str) -> None:
    with pytest.raises(UncountableError, match=why):
        compute({"file": "a.csv", **fact}, ASSETS)
