"""The numbers of the capstone follow from its two tables, and the points of its sample answers add up."""

import csv
import re
from collections import Counter

import pytest
import yaml

from tests.product import ROOT

COURSE = ROOT / "content" / "data-analytics-week-2"
LANGUAGES = ("ko", "en")
MISSED, CALL = 60_000, 5_000

Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (COURSE / "assets" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lesson(language: str) -> str:
    return (COURSE / "lessons" / f"6-1.{language}.md").read_text(encoding="utf-8")


def cleaned() -> list[Row]:
    """The customers, each once."""
    return list({row["customer"]: row for row in table("book-box-customers.csv")}.values())


def learnt() -> list[Row]:
    return [row for row in cleaned() if row["left"]]


def unseen() -> list[Row]:
    answers = {row["customer"]: row["left"] for row in table("book-box-answers.csv")}
    return [{**row, "left": answers[row["customer"]]} for row in cleaned() if not row["left"]]


def result(rows: list[Row], least: int) -> tuple[int, int, int, int]:
    """(right, picked, found, cost) of the rule that says yes from `least` late boxes."""
    counts = Counter((int(row["late_boxes"]) >= least, row["left"] == "yes") for row in rows)
    picked, found = counts[True, True] + counts[True, False], counts[True, True]
    cost = counts[False, True] * MISSED + picked * CALL
    return found + counts[False, False], picked, found, cost


NEVER = 99


def test_five_problems_are_planted() -> None:
    rows = table("book-box-customers.csv")
    assert len(rows) - len(cleaned()) == 3
    assert len({tuple(row.values()) for row in rows}) == len(cleaned()) == 130
    assert Counter(row["plan"] for row in cleaned())["Basic "] == 4
    assert {row["plan"] for row in rows} == {"basic", "plus", "Basic "}
    assert [row["customer"] for row in rows if int(row["visits_30d"]) < 0] == ["C074"]
    assert all(bool(row["cancel_request"]) == (row["left"] == "yes") for row in rows)
    assert all(row["phone"].startswith("010-0000-") for row in rows)


def test_the_answers_are_those_of_the_empty_rows() -> None:
    assert (len(learnt()), len(unseen())) == (106, 24)
    assert {row["customer"] for row in table("book-box-answers.csv")} == {row["customer"] for row in unseen()}
    assert (sum(row["left"] == "yes" for row in learnt()), sum(row["left"] == "yes" for row in unseen())) == (21, 4)
    assert round(100 * 21 / 106) == 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_strong_answer_counts_as_the_tables_do(language: str) -> None:
    text = lesson(language)
    notes = yaml.safe_load((COURSE / "quizzes" / "capstone.yaml").read_text(encoding="utf-8"))
    notes = notes["questions"][0]["definition"]["notes"][language]
    wanted = {NEVER: (85, 0, 0, 1_260_000), 2: (96, 17, 14, 505_000), 1: (80, 43, 19, 335_000)}
    for least, numbers in wanted.items():
        assert result(learnt(), least) == numbers
        assert f"{numbers[3]:,}" in text
        assert f"{numbers[3]:,}" in notes
        assert str(numbers[0]) in text
    assert (round(100 * 19 / 43), round(100 * 19 / 21)) == (44, 90)
    assert "44%" in text
    assert "90%" in text
    assert [result(unseen(), least)[0::3] for least in (NEVER, 2, 1)] == [(20, 240_000), (18, 250_000), (18, 100_000)]
    assert result(unseen(), 1)[2] == 3
    for cost in ("240,000", "100,000"):
        assert cost in text
    assert "250,000" in notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_points_of_the_sample_answers_add_up(language: str) -> None:
    found = re.search(r"\{#sample-answers\}(.*?)\n## ", lesson(language), re.DOTALL)
    assert found
    points = [int(number) for number in re.findall(r"^\| [^|]+ \| (\d) \|", found.group(1), re.MULTILINE)]
    assert (sum(points[:4]), sum(points[4:]), len(points)) == (6, 19, 8)
    pattern = r"20점 중 (\d+)점" if language == "ko" else r"\((\d+) of 20 points\)"
    assert re.findall(pattern, found.group(1)) == ["6", "19"]


def test_the_hand_in_asks_for_the_rubric_of_the_lesson() -> None:
    quiz = yaml.safe_load((COURSE / "quizzes" / "capstone.yaml").read_text(encoding="utf-8"))
    rubric = quiz["questions"][0]["definition"]["rubric"]
    for language in LANGUAGES:
        front = yaml.safe_load(lesson(language).split("---\n")[1])
        assert [(one["key"], one["points"]) for one in front["rubric"]] == [
            (one["key"], one["points"]) for one in rubric
        ]
        for mine, theirs in zip(front["rubric"], rubric, strict=True):
            assert theirs["text"][language].lower() == f"{mine['title']}: {mine['description']}".lower()


def test_the_check_computes_the_same_cost() -> None:
    check = yaml.safe_load((COURSE / "checks" / "6-1.yaml").read_text(encoding="utf-8"))
    keys = {question["key"]: question for question in check["questions"]}
    assert keys["cheapest-rule"]["definition"]["value"] == result(learnt(), 1)[3]
