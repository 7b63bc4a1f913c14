"""Numbers as people write them: each is read, or refused with the reason."""

from decimal import Decimal
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions import KINDS
from questions.comparing.numbers import COUNTERS, read_answer, read_number

UNITS = {"ms", "s", "%", "원", "개", "m2", "CO2", "$"}


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1,234.5 ms", "1234.5", "ms"),
        (" 1,234.5ms ", "1234.5", "ms"),
        ("1,234,567", "1234567", ""),
        ("1 234 567 s", "1234567", "s"),
        ("１２．５％", "12.5", "%"),
        ("−0.7", "-0.7", ""),
        ("–3", "-3", ""),
        ("- 3", "-3", ""),
        ("+3 ㎳", "3", "ms"),
        (".5", "0.5", ""),
        ("5.", "5", ""),
        ("5. 개", "5", "개"),
        ("5\nms", "5", "ms"),
        ("$5", "5", "$"),
        # Powers of ten. A raised digit is no digit of the number, but belongs to a unit.
        ("1.2E-3s", "0.0012", "s"),
        ("5 e0", "5", ""),
        ("5 E +2 ms", "500", "ms"),
        ("5×10³", "5000", ""),
        ("5 x 10^-3 s", "0.005", "s"),
        ("5*10**(2)", "500", ""),
        ("10³", "1000", ""),
        ("2^8", "256", ""),
        ("-2^2", "-4", ""),
        ("5 m²", "5", "m2"),
        ("5 m^2", "5", "m2"),
        ("5 CO2", "5", "CO2"),
        # Korean counters, and 천, 만, 억.
        ("7개", "7", "개"),
        ("7 개요", "7", "개"),
        ("2만", "20000", ""),
        ("2만 원", "20000", "원"),
        ("33만 5천 원", "335000", "원"),
        ("33.5만 원", "335000", "원"),
        ("1억 2,000만 원", "120000000", "원"),
        ("-2만 5천", "-25000", ""),
        ("3백만", "3000000", ""),
        ("0만 5", "5", ""),
        # A short sentence.
        ("정답은 5", "5", ""),
        ("답: 5개입니다.", "5", "개"),
        ("the answer is 5", "5", ""),
        ("x = 5", "5", ""),
        ("5입니다", "5", ""),
        ("5 ms.", "5", "ms"),
    ],
)
def test_common_notations_are_read(text: str, number: str, unit: str) -> None:
    reading = read_answer(text, UNITS)
    assert (reading.number, reading.unit, reading.fault) == (Decimal(number), unit, "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("3,5", "unclear-comma"),
        ("3,5 ms", "unclear-comma"),
        ("12,34", "unclear-comma"),
        ("1234,567", "unclear-comma"),
        ("1,0000", "unclear-comma"),
        ("1,000,00", "unclear-comma"),
        ("1.000,5", "unclear-comma"),
        ("0,500", "unclear-comma"),
        ("답은 3,5", "unclear-comma"),
        ("3 5", "several-numbers"),
        ("1/2", "several-numbers"),
        ("3~5", "several-numbers"),
        ("3-5 ms", "several-numbers"),
        ("1.2.3", "several-numbers"),
        ("5 ± 1", "several-numbers"),
        ("2만 3만", "several-numbers"),
        ("5 kg", "unit-unknown"),
        ("5 MS", "unit-unknown"),
        ("5개인 것 같아요", "unit-unknown"),
        ("5만원짜리", "unit-unknown"),
        ("2만 5천 달러", "unit-unknown"),
        ("about 3", "not-a-number"),
        ("ms", "not-a-number"),
        ("-", "not-a-number"),
        (".", "not-a-number"),
        ("", "not-a-number"),
        ("0^0", "not-a-number"),
        ("0^-1", "not-a-number"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_reason(text: str, fault: str) -> None:
    assert read_answer(text, UNITS).fault == fault


def test_ten_thousand_may_belong_to_the_unit() -> None:
    assert read_answer("2만 원", {"만원"}).number == Decimal(2)
    assert read_answer("2만", {"만원"}).fault == "unit-unknown"
    assert read_answer("2만", {"만"}).number == Decimal(2)
    assert read_answer("+2", {"만원"}).number == Decimal(2)


def test_a_number_alone_has_nothing_after_it() -> None:
    assert read_number(" 1,000 ").alone == Decimal(1000)
    assert read_number("5 ms").alone is None
    assert read_number("ms").alone is None


@given(st.text(max_size=40), st.sampled_from(["", "ms", "만원"]))
def test_every_text_is_read_or_refused(text: str, unit: str) -> None:
    reading = read_answer(text, {unit})
    assert bool(reading.fault) != (reading.number is not None and reading.unit in {unit, ""})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_a_number_is_read_with_and_without_groups(number: Decimal) -> None:
    assert [read_answer(text, ()).number for text in (f"{number:f}", f"{number:,f}", f"{number:e}")] == [number] * 3


def spec(**fields: Any) -> dict[str, Any]:
    plain = {"points": "1", "value": "7", "tolerance": "0", "unit": "", "units": {}, "unit_required": False}
    return plain | fields


@pytest.mark.parametrize("counter", sorted(COUNTERS))
def test_a_counter_may_follow_if_the_question_has_no_unit(counter: str) -> None:
    assert KINDS["numeric"].grade(spec(), {"text": f"7{counter}"}).outcome == "correct"
    assert KINDS["numeric"].grade(spec(unit="ms"), {"text": f"7{counter}"}).rule == "unit-unknown"


@pytest.mark.parametrize(
    ("text", "rule"), [("3,5", "unclear-comma"), ("6~8", "several-numbers"), ("7 kg", "unit-unknown")]
)
def test_an_unclear_number_earns_nothing_and_says_why(text: str, rule: str) -> None:
    assert KINDS["numeric"].grade(spec(), {"text": text}).rule == rule


@pytest.mark.parametrize(
    ("text", "read_as", "fault"),
    [
        ("", "", ""),
        ("5", "", ""),
        ("07", "", ""),
        ("5.", "", ""),
        ("7 kg", "", ""),
        ("1,000", "1000", ""),
        ("2만", "20000", ""),
        # The unit may be one that only the key knows.
        ("2만 5천 원", "25000", ""),
        ("5×10³ ms", "5000", ""),
        ("1e99", "1E+99", ""),
        ("3,5", "", "unclear-comma"),
        ("3~5", "", "several-numbers"),
        ("about 3", "", "not-a-number"),
    ],
)
def test_students_see_how_their_number_is_read_before_it_is_graded(text: str, read_as: str, fault: str) -> None:
    body = KINDS["numeric"].body({"unit": "ms", "unit_required": False}, {"text": text}, lambda texts: texts["en"])
    assert (body["read_as"], body["fault"]) == (read_as, fault)


def test_the_unit_is_shown_in_the_language_of_the_reader_and_read_in_each() -> None:
    kind = KINDS["numeric"]
    definition = {"value": 7, "unit": "cases", "unit_text": {"ko": "건", "en": "cases"}}
    built = {**spec(), "uuid": "q", "kind": "numeric", "text": {}, "html": {}}
    built |= kind.build(definition, identify=str, html=lambda texts: texts)
    for language, unit in (("ko", "건"), ("en", "cases")):
        choose = itemgetter(language)
        shown = kind.body(kind.public_form(built), {"text": f"7 {unit}"}, choose)
        assert (shown["unit"], shown["fault"]) == (unit, "")
        assert kind.grade(built, {"text": f"7{unit}"}).outcome == "correct"
        assert kind.solution_text(built, choose) == f"7 {unit}"
    assert kind.grade(built, {"text": "7명"}).rule == "unit-unknown"
