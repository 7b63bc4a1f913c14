"""The numbers of practice 4-6 and its assignment follow from its table, and exactly the planted sentences are wrong."""

import csv
import re
from fractions import Fraction

import pytest
import yaml

from tests.product import ROOT

COURSE = ROOT / "content" / "data-analytics-week-2"
LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])
COLUMNS = ["date", "weekday", "visitors", "orders", "revenue", "cancelled", "tickets", "note"]
PLANTED = [3, 4, 6, 7, 9, 10]


def lesson(language: str) -> str:
    return (COURSE / "lessons" / f"4-6.{language}.md").read_text(encoding="utf-8")


def days(language: str) -> list[dict[str, str]]:
    path = COURSE / "assets" / f"weekly-shop-orders.{language}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [dict(zip(COLUMNS, row, strict=True)) for row in list(csv.reader(file))[1:]]


def weeks(language: str = "en") -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    rows = days(language)
    return rows[:7], rows[7:]


def total(rows: list[dict[str, str]], column: str) -> int:
    return sum(int(row[column] or 0) for row in rows)


def more(column: str) -> str:
    """Return the rise from last week to this week, as in 16.4%."""
    before, now = (total(week, column) for week in weeks())
    return f"{float(Fraction(100 * now, before) - 100):.1f}%"


def rate(rows: list[dict[str, str]], part: str, whole: str) -> float:
    return float(Fraction(100 * total(rows, part), total(rows, whole)))


def report(language: str) -> dict[int, str]:
    return {int(number): text for number, text in re.findall(r"^> (\d+)\. (.+)$", lesson(language), re.MULTILINE)}


def assignment() -> str:
    return (COURSE / "quizzes" / "practice-4-6.yaml").read_text(encoding="utf-8")


def assert_said(text: str, *parts: str) -> None:
    assert [part for part in parts if part not in text] == []


def without_words(rows: list[dict[str, str]]) -> list[list[str]]:
    return [[row["date"], *(row[column] for column in COLUMNS[2:7])] for row in rows]


def test_both_tables_have_the_same_numbers_and_notes_of_their_language() -> None:
    assert without_words(days("ko")) == without_words(days("en"))
    assert [bool(row["note"]) for row in days("ko")] == [bool(row["note"]) for row in days("en")]
    assert not re.search("[가-힣]", "".join(row["note"] for row in days("en")))
    assert not re.search("[a-z]", "".join(row["note"] for row in days("ko")))


@LANGUAGES
def test_the_report_of_last_week_is_right(language: str) -> None:
    week, _this = weeks()
    shown = lesson(language).split("{#choose-the-work}")[0]
    values = [total(week, column) for column in ("visitors", "orders", "revenue", "cancelled", "tickets")]
    assert_said(shown, *(f"{value:,}" for value in values))
    assert_said(shown, f"{rate(week, 'orders', 'visitors'):.2f}%", f"{rate(week, 'cancelled', 'orders'):.2f}%")


@LANGUAGES
def test_the_sentences_that_are_not_planted_are_right(language: str) -> None:
    said, (_last, week) = report(language), weeks()
    assert sorted(said) == list(range(1, 11))
    assert_said(said[1], f"{total(week, 'orders'):,}", more("orders"))
    assert_said(said[2], f"{total(week, 'visitors'):,}", more("visitors"))
    assert_said(said[5], f"{total(week, 'cancelled'):,}", more("cancelled"))
    busiest = max(week, key=lambda row: int(row["tickets"]))
    assert_said(said[8], busiest["date"][-2:], busiest["tickets"])
    orders = [row["orders"] for row in week]
    assert_said(lesson(language), f"{'+'.join(orders)} = {total(week, 'orders')}")


@LANGUAGES
def test_the_planted_sentences_are_wrong_in_the_way_that_the_assignment_says(language: str) -> None:
    said, (last, week), key = report(language), weeks(), assignment()
    daily = sum(rate([row], "orders", "visitors") for row in week) / len(week)
    right = rate(week, "orders", "visitors")
    assert_said(said[3], f"{daily:.2f}%")
    assert f"{daily:.2f}" != f"{right:.2f}"
    assert_said(key, f"= {right:.2f}%")

    assert_said(said[4], f"{total(week, 'revenue'):,}", more("revenue"))
    empty = {row["weekday"] for row in week if not row["revenue"]}
    same = total([row for row in last if row["weekday"] not in empty], "revenue")
    on_same_days = f"{100 * total(week, 'revenue') / same - 100:.1f}%"
    assert len(empty) == 1
    assert_said(key, f"{same:,}", on_same_days)
    assert_said(lesson(language), f"{same:,}", on_same_days)

    before, now = rate(last, "cancelled", "orders"), rate(week, "cancelled", "orders")
    assert_said(said[6], f"{before:.2f}%", f"{now:.2f}%", f"{now - before:.2f}%")
    assert not re.search(r"%p|points", said[6])
    assert_said(key, f"{100 * now / before - 100:.1f}%")

    wrong = int(re.search(r"\b1\d\d", said[7]).group())  # type: ignore[union-attr]
    assert wrong != total(week, "tickets")
    assert_said(said[7], f"{100 * wrong / total(last, 'tickets') - 100:.1f}%")
    assert_said(key, f"{total(week, 'tickets')}", more("tickets"))

    words = {"ko": "할인", "en": "sale"}[language]
    assert words in said[9]
    assert not any(words in row["note"] for row in days(language))
    assert_said(said[9], next(row["orders"] for row in week if row["date"].endswith("15")))
    assert "010-0000-0000" in said[10]
    assert "010-0000-0000" in days(language)[12]["note"]


@LANGUAGES
def test_the_key_for_graders_names_the_planted_sentences_and_the_right_values(language: str) -> None:
    (question,) = yaml.safe_load(assignment())["questions"]
    notes, (last, week) = question["definition"]["notes"][language], weeks()
    assert [int(number) for number in re.findall(r"^- (\d+)", notes, re.MULTILINE)] == PLANTED
    assert [int(number) for number in re.findall(r"\d+", notes.split("\n")[0])] == PLANTED
    for column in ("visitors", "orders", "cancelled", "tickets"):
        assert_said(notes, f"{total(week, column):,}", f"+{more(column)}")
    for part, whole in (("orders", "visitors"), ("cancelled", "orders")):
        rise = rate(week, part, whole) - rate(last, part, whole)
        assert_said(notes, f"{rate(week, part, whole):.2f}%", f"+{rise:.2f}")


@LANGUAGES
def test_the_average_order_in_the_quiz_counts_the_orders_of_the_days_with_revenue(language: str) -> None:
    quiz = yaml.safe_load((COURSE / "quizzes" / "quiz-generative-ai.yaml").read_text(encoding="utf-8"))
    question = next(one for one in quiz["questions"] if one["key"] == "orders-with-revenue")
    _last, week = weeks()
    known = [row for row in week if row["revenue"]]
    (empty,) = (row for row in week if not row["revenue"])
    assert question["definition"]["value"] == total(known, "orders")
    given = [total(week, "orders"), int(empty["orders"]), int(empty["date"][-2:])]
    assert_said(question["text"][language], f"{total(known, 'revenue'):,}", *map(str, given))


@LANGUAGES
def test_the_points_of_the_sample_answers_of_the_report_add_up(language: str) -> None:
    section = lesson(language).split("{#sample-answers}")[1].split("{#summary}")[0]
    totals = [int(ko or en) for ko, en in re.findall(r"\((?:20점 중 (\d+)점|(\d+) points out of 20)\)", section)]
    given = [int(points) for points in re.findall(r"^\| [^|]+ \| (\d) \|", section, re.MULTILINE)]
    assert totals == [sum(given[:4]), sum(given[4:])]
    assert len(given) == 8


@LANGUAGES
def test_the_assignment_of_the_report_has_the_rubric_of_the_lesson(language: str) -> None:
    front = yaml.safe_load(lesson(language).split("---\n")[1])
    (question,) = yaml.safe_load(assignment())["questions"]
    asked = [(row["key"], row["points"], row["text"][language].lower()) for row in question["definition"]["rubric"]]
    assert asked == [
        (row["key"], row["points"], f"{row['title']}: {row['description']}".lower()) for row in front["rubric"]
    ]
    assert question["points"] == sum(points for _key, points, _text in asked)
