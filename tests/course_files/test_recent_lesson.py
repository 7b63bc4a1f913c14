"""Lesson 4-7: its numbers are right, and every box with a date ends with a source and shows the same dates in both languages."""

import re

import pytest

from tests.product import ROOT

COURSE = ROOT / "content" / "data-analytics-week-2"
LANGUAGES = ("ko", "en")
TITLES = {"ko": "> **지금은 (2026년 11월)**", "en": "> **Now (November 2026)**"}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def lesson(language: str) -> str:
    return (COURSE / "lessons" / f"4-7.{language}.md").read_text(encoding="utf-8")


def boxes(language: str) -> list[str]:
    return re.findall(r"(?:^>.*\n)+", lesson(language), re.MULTILINE)


def assert_both_say(*wanted: str) -> None:
    for language in LANGUAGES:
        text = lesson(language)
        assert not [one for one in wanted if one not in text]


def dates(text: str, language: str) -> set[tuple[int, int, int]]:
    """The days, as (year, month, day), that a text names in full."""
    if language == "ko":
        return {
            (int(year), int(month), int(day)) for year, month, day in re.findall(r"(\d{4})년 (\d+)월 (\d+)일", text)
        }
    found = re.findall(rf"(\d+) ({'|'.join(MONTHS)}) (\d{{4}})", text)
    return {(int(year), MONTHS.index(month) + 1, int(day)) for day, month, year in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_box_has_a_date_and_ends_with_its_source(language: str) -> None:
    found = boxes(language)
    assert len(found) == 10
    for box in found:
        lines = box.strip().split("\n")
        assert lines[0] == TITLES[language]
        assert re.match(r"> (출처|Sources?): \[", lines[-1])
        assert re.search(r"\]\(https://[^)]+\)$", lines[-1])


def test_both_editions_name_the_same_sources() -> None:
    links = {language: re.findall(r"\((https://[^)]+)\)", lesson(language)) for language in LANGUAGES}
    assert links["ko"] == links["en"]


def test_the_timetable_and_the_text_agree_on_the_days() -> None:
    for language in LANGUAGES:
        drawing = (COURSE / "assets" / f"ai-act-timeline.{language}.svg").read_text(encoding="utf-8")
        shown = dates(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawing)), language)
        assert shown == {
            (2024, 8, 1), (2025, 2, 2), (2025, 8, 2), (2026, 8, 2), (2026, 12, 2), (2027, 12, 2), (2028, 8, 2),
        }  # fmt: skip
        assert shown <= dates(lesson(language), language)
    assert dates(lesson("ko"), "ko") <= dates(lesson("en"), "en")


def test_thinking_multiplies_the_output() -> None:
    assert (300 + 3_000) / 300 == 11
    assert_both_say("3,000", "300", "11")


def test_a_standard_saves_connectors() -> None:
    assert (5 * 8, 5 + 8) == (40, 13)
    assert_both_say("5 × 8 = **40", "5 + 8 = **13")
    assert 6 * 10 - (6 + 10) == 44


def test_steps_multiply() -> None:
    assert (f"{0.95**20:.0%}", f"{0.99**20:.0%}", f"{0.9**5:.0%}") == ("36%", "82%", "59%")
    assert_both_say("36%", "82%")


def test_the_memory_of_a_large_model() -> None:
    parameters = 750e9
    assert (parameters * 2 / 1e9, parameters / 2 / 1e9) == (1_500, 375)
    assert round(100 * 37 / 750) == 5
    assert "1,500GB" in lesson("ko")
    assert "375GB" in lesson("ko")
    assert "1,500 GB" in lesson("en")
    assert "375 GB" in lesson("en")
    assert_both_say("5%")


def test_what_a_day_and_a_loop_cost() -> None:
    tokens_in, tokens_out = 1_000 * 1_500 / 1e6, 1_000 * 500 / 1e6
    assert (tokens_in * 2, tokens_out * 10, tokens_in * 2 + tokens_out * 10) == (3, 5, 8)
    assert round(tokens_in * 0.1 + tokens_out * 0.5, 2) == 0.4
    assert round(8 / 0.4) == 20
    rounds = [10_000 + 1_000 * number for number in range(10)]
    assert (rounds[-1], sum(rounds), sum(rounds) / rounds[0]) == (19_000, 145_000, 14.5)
    assert_both_say("145,000", "14.5", "19,000", "20")


def test_the_keys_of_the_check() -> None:
    check = (COURSE / "checks" / "4-7.yaml").read_text(encoding="utf-8")
    keys = dict(re.findall(r"- key: ([a-z-]+)\n    kind: numeric(?:\n .*)*?\n      value: (\S+)", check))
    assert keys == {
        "reasoning-cost": str(round(1_000 * 5_000 * 10 / 1_000_000)),
        "mcp-connections": "44",
        "twenty-steps": "59",
        "daily-cost": str(round(200 * (10_000 * 2 + 500 * 10) / 1_000_000)),
    }
