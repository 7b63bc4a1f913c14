"""From what a browser or an app sends to the one stored shape of an answer, and from there to its score."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.http import QueryDict

from questions import KINDS, ResponseError, Score
from questions.base import partial
from tests.quizzes.asked import public, spec

ORDER = ["<item/b>", "<item/a>", "<item/c>"]
LEFT_B, LEFT_A, RIGHT_B, RIGHT_A, OTHER = "<left/b>", "<left/a>", "<right/b>", "<right/a>", "<distractor/z>"
A, B = "<blank/a>", "<blank/b>"


@pytest.mark.parametrize(
    ("kind", "form", "raw"),
    [
        ("single_choice", "q=c0", {"choice": "c0"}),
        ("single_choice", "", {"choice": None}),
        ("multiple_choice", "q=c0&q=c2", {"choices": ["c0", "c2"]}),
        ("multiple_choice", "", {"choices": []}),
        ("short_answer", "q=a+b", {"text": "a b"}),
        ("short_answer", "", {"text": ""}),
        ("numeric", "q=5", {"text": "5"}),
        ("numeric", "", {"text": ""}),
        (
            "ordering",
            "q:<item/a>=1&q:<item/b>=x",
            {"positions": {"<item/a>": 1, "<item/b>": "x", "<item/c>": ""}},
        ),
        # Digits of other scripts are none, nor is what no list of this course can have.
        (
            "ordering",
            "q:<item/a>=٣&q:<item/b>=999&q:<item/c>=1000",
            {"positions": {"<item/a>": "٣", "<item/b>": 999, "<item/c>": "1000"}},
        ),
        ("matching", f"q:{LEFT_A}={OTHER}", {"matches": {LEFT_A: OTHER, LEFT_B: None}}),
        ("fill_in", f"q:{A}=x", {"blanks": {A: "x", B: ""}}),
        ("hand_in", "q=a%0D%0Ab%0D%0A", {"text": "a\nb\n"}),
        ("hand_in", "", {"text": ""}),
    ],
)
def test_a_form_is_read_as_a_raw_response(kind: str, form: str, raw: dict[str, Any]) -> None:
    assert KINDS[kind].from_form(public(kind), QueryDict(form)) == raw


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        ("single_choice", {"choice": "C1"}, {"choice": "c1"}),
        ("single_choice", {"choice": None}, {"choice": None}),
        ("single_choice", {"choice": ""}, {"choice": None}),
        ("multiple_choice", {"choices": ["c2", "C0", "c2"]}, {"choices": ["c0", "c2"]}),
        ("short_answer", {"text": "x" * 500}, {"text": "x" * 500}),
        ("numeric", {"text": "1" * 100}, {"text": "1" * 100}),
        (
            "ordering",
            {"positions": {"<item/c>": 3, "<ITEM/A>": 1, "<item/b>": None}},
            {"positions": {"<item/a>": 1, "<item/c>": 3}},
        ),
        ("ordering", {"positions": {"<item/c>": "", "<item/a>": 2}}, {"positions": {"<item/a>": 2}}),
        (
            "matching",
            {"matches": {LEFT_B: OTHER.upper(), LEFT_A: RIGHT_A}},
            {"matches": {LEFT_A: RIGHT_A, LEFT_B: OTHER}},
        ),
        ("matching", {"matches": {LEFT_B: None, LEFT_A: ""}}, {"matches": {}}),
        ("fill_in", {"blanks": {B: "x" * 200, A: "y"}}, {"blanks": {A: "y", B: "x" * 200}}),
        ("fill_in", {"blanks": {B: "", A: " "}}, {"blanks": {A: " "}}),
    ],
)
def test_a_raw_response_is_stored_in_one_form(kind: str, raw: dict[str, Any], stored: dict[str, Any]) -> None:
    read = KINDS[kind].read_response(public(kind), raw)
    assert read == stored
    # Its parts stand in one order, whatever they came in.
    assert repr(read) == repr(stored)


@pytest.mark.parametrize(
    ("kind", "raw", "code", "limit"),
    [
        ("single_choice", {"choice": "c3"}, "unknown-choice", 0),
        ("single_choice", {"choice": 3}, "shape", 0),
        ("single_choice", {"choices": "c0"}, "shape", 0),
        ("multiple_choice", {"choices": "c0"}, "shape", 0),
        ("multiple_choice", {"choices": ["c3"]}, "unknown-choice", 0),
        ("multiple_choice", {"choice": []}, "shape", 0),
        ("short_answer", {"text": "x" * 501}, "too-long", 500),
        ("short_answer", {"text": "a\x00"}, "shape", 0),
        ("short_answer", {"text": "a\ud800"}, "shape", 0),
        ("short_answer", {"text": "\udfffa"}, "shape", 0),
        ("short_answer", {"answer": "a"}, "shape", 0),
        ("numeric", {"text": "1" * 101}, "too-long", 100),
        ("numeric", {"number": "1"}, "shape", 0),
        ("ordering", {"positions": []}, "shape", 0),
        ("ordering", {"items": {}}, "shape", 0),
        ("ordering", {"positions": {"<item/z>": 1}}, "unknown-choice", 0),
        ("ordering", {"positions": {"<item/z>": None}}, "unknown-choice", 0),
        ("ordering", {"positions": {"<item/a>": 0}}, "shape", 0),
        ("ordering", {"positions": {"<item/a>": 4}}, "shape", 0),
        ("ordering", {"positions": {"<item/a>": True}}, "shape", 0),
        ("ordering", {"positions": {"<item/a>": "1"}}, "shape", 0),
        ("matching", {"matches": []}, "shape", 0),
        ("matching", {"pairs": {}}, "shape", 0),
        ("matching", {"matches": {LEFT_A: LEFT_B}}, "unknown-choice", 0),
        ("matching", {"matches": {RIGHT_A: RIGHT_A}}, "unknown-choice", 0),
        ("fill_in", {"blanks": []}, "shape", 0),
        ("fill_in", {"blank": {}}, "shape", 0),
        ("fill_in", {"blanks": {"<blank/c>": "x"}}, "unknown-choice", 0),
        ("fill_in", {"blanks": {A: "x" * 201}}, "too-long", 200),
        ("fill_in", {"blanks": {A: None}}, "shape", 0),
        # This hand-in takes files only.
        ("hand_in", {"text": "x"}, "too-long", 0),
        ("hand_in", {"files": []}, "shape", 0),
    ],
)
def test_an_invalid_response_is_refused_with_a_code(kind: str, raw: Any, code: str, limit: int) -> None:
    with pytest.raises(ResponseError) as refused:
        KINDS[kind].read_response(public(kind), raw)
    assert refused.value.code == code
    assert str(refused.value) == code
    assert refused.value.limit == limit


def test_the_text_of_a_hand_in_has_at_most_20000_characters() -> None:
    seen = public("hand_in", takes_text=True)
    assert KINDS["hand_in"].read_response(seen, {"text": "x" * 20_000}) == {"text": "x" * 20_000}
    with pytest.raises(ResponseError) as refused:
        KINDS["hand_in"].read_response(seen, {"text": "x" * 20_001})
    assert refused.value.limit == 20_000


def parts(rule: str, **outcomes: str) -> list[dict[str, str]]:
    return [{"of": of, "outcome": outcome, "rule": rule, "matched": ""} for of, outcome in outcomes.items()]


def worth(points: str, outcome: str, rule: str, matched: str = "", parts: Any = ()) -> Score:
    return Score(points, "4.00", outcome, rule, matched, list(parts))  # type: ignore[arg-type]


NOTHING = worth("0.00", "unanswered", "unanswered")


@pytest.mark.parametrize(
    ("kind", "response", "score"),
    [
        ("single_choice", {"choice": "c0"}, worth("4.00", "correct", "choice", "c0")),
        ("single_choice", {"choice": "c1"}, worth("0.00", "incorrect", "choice", "c1")),
        ("single_choice", {"choice": None}, NOTHING),
        ("multiple_choice", {"choices": ["c0"]}, worth("4.00", "correct", "choices")),
        ("multiple_choice", {"choices": ["c0", "c1"]}, worth("2.00", "partial", "choices-partial")),
        ("multiple_choice", {"choices": ["c1"]}, worth("0.00", "incorrect", "choices-partial")),
        ("multiple_choice", {"choices": []}, NOTHING),
        ("short_answer", {"text": "data-drift"}, worth("4.00", "correct", "exact", "Data Drift")),
        ("short_answer", {"text": "Concept Drift"}, worth("0.00", "incorrect", "known-wrong", "concept drift")),
        ("short_answer", {"text": "data drfit"}, worth("0.00", "pending", "near-miss", "Data Drift")),
        ("short_answer", {"text": "skew"}, worth("0.00", "incorrect", "no-match")),
        ("short_answer", {"text": " . "}, NOTHING),
        ("short_answer", {"text": None}, NOTHING),
        ("numeric", {"text": "0.255 s"}, worth("4.00", "correct", "within-tolerance", "255.000")),
        ("numeric", {"text": "245 ms"}, worth("4.00", "correct", "within-tolerance", "245")),
        ("numeric", {"text": "255.01 ms"}, worth("0.00", "incorrect", "outside-tolerance", "255.01")),
        ("numeric", {"text": "250"}, worth("0.00", "incorrect", "unit-missing")),
        ("numeric", {"text": "250 kg"}, worth("0.00", "incorrect", "unit-unknown")),
        ("numeric", {"text": "many"}, worth("0.00", "incorrect", "not-a-number")),
        ("numeric", {"text": "  "}, NOTHING),
        ("numeric", {"text": None}, NOTHING),
        ("hand_in", {"text": "Because"}, worth("0.00", "pending", "by-person")),
        ("hand_in", {"files": ["f"]}, worth("0.00", "pending", "by-person")),
        ("hand_in", {"text": " \n", "files": []}, NOTHING),
        ("hand_in", {"text": None}, NOTHING),
        *((kind, {}, NOTHING) for kind in KINDS),
    ],
)
def test_a_response_is_scored_by_a_named_rule(kind: str, response: dict[str, Any], score: Score) -> None:
    assert KINDS[kind].grade(spec(kind), response) == score


@pytest.mark.parametrize(
    ("places", "right", "points", "outcome"),
    [
        ((1, 2, 3), "bac", "4.00", "correct"),
        # Rounded down to a hundredth.
        ((1, 3, 2), "b", "1.33", "partial"),
        ((1, 1, 3), "c", "1.33", "partial"),
        ((3, 1, 2), "", "0.00", "incorrect"),
    ],
)
def test_items_in_their_right_position_earn_points(
    places: tuple[int, ...], right: str, points: str, outcome: str
) -> None:
    response = {"positions": dict(zip(ORDER, places, strict=True))}
    each = {item: "correct" if item[6] in right else "incorrect" for item in ORDER}
    expected = worth(points, outcome, "positions", "", parts("position", **each))
    assert KINDS["ordering"].grade(spec("ordering"), response) == expected
    strict = KINDS["ordering"].grade(spec("ordering", credit="all"), response)
    assert (strict.points, strict.outcome) == (("4.00", "correct") if outcome == "correct" else ("0.00", "incorrect"))


@pytest.mark.parametrize(
    ("matches", "right", "points", "outcome"),
    [
        ({LEFT_A: RIGHT_A, LEFT_B: RIGHT_B}, (LEFT_A, LEFT_B), "4.00", "correct"),
        ({LEFT_A: RIGHT_A}, (LEFT_A,), "2.00", "partial"),
        ({LEFT_A: RIGHT_A, LEFT_B: OTHER}, (LEFT_A,), "2.00", "partial"),
        ({LEFT_A: RIGHT_B, LEFT_B: "gone"}, (), "0.00", "incorrect"),
    ],
)
def test_right_pairs_earn_points(matches: Any, right: tuple[str, ...], points: str, outcome: str) -> None:
    each = {left: "correct" if left in right else "incorrect" for left in (LEFT_B, LEFT_A)}
    expected = worth(points, outcome, "matches", "", parts("match", **each))
    assert KINDS["matching"].grade(spec("matching"), {"matches": matches}) == expected


def test_right_sides_with_the_same_text_are_interchangeable() -> None:
    same = spec("matching")
    same["distractors"][0]["text"] = {"en": "Right a"}
    assert KINDS["matching"].grade(same, {"matches": {LEFT_A: OTHER, LEFT_B: RIGHT_B}}).outcome == "correct"


def test_right_sides_with_the_same_text_are_offered_once() -> None:
    kind, same = KINDS["matching"], spec("matching")
    same["distractors"][0]["text"] = {"en": "Right a"}
    public = kind.public_form(same)
    for chosen in (RIGHT_A, OTHER):
        body = kind.body(public, {"matches": {LEFT_A: chosen}}, lambda texts: texts["en"])
        shown = [right["uuid"] for right in body["rights"]]
        assert len({RIGHT_A, OTHER} & set(shown)) == 1
        (match,) = (left["match"] for left in body["lefts"] if left["uuid"] == LEFT_A)
        assert match in shown
        assert kind.solution(same)["matches"][LEFT_A] == match


def test_each_blank_is_compared_separately() -> None:
    kind, asked = KINDS["fill_in"], spec("fill_in")
    first = {"of": A, "outcome": "correct", "rule": "exact", "matched": "word a"}
    second = {"of": B, "outcome": "correct", "rule": "exact", "matched": "bbb"}
    missing = {"of": B, "outcome": "incorrect", "rule": "no-match", "matched": ""}
    assert kind.grade(asked, {"blanks": {A: "Word A", B: "BBB"}}) == worth(
        "4.00", "correct", "blanks", "", [first, second]
    )
    assert kind.grade(asked, {"blanks": {A: "word a"}}) == worth("2.00", "partial", "blanks", "", [first, missing])
    near = kind.grade(asked, {"blanks": {A: "not word a"}})
    assert near.points == "0.00"
    assert near.outcome == "incorrect"
    assert near.parts[0]["rule"] == "contains"
    assert kind.grade(asked, {"blanks": {A: " - "}}) == NOTHING
    assert kind.grade({**asked, "credit": "all"}, {"blanks": {A: "word a"}}).points == "0.00"


def test_wrong_choices_reduce_partial_credit() -> None:
    kind = KINDS["multiple_choice"]
    choices = [{**choice, "correct": n < 2} for n, choice in enumerate(spec("multiple_choice")["choices"])]
    several = spec("multiple_choice", choices=choices)
    assert kind.grade(several, {"choices": ["c0"]}).points == "2.00"
    assert kind.grade(several, {"choices": ["c0", "c1", "c2"]}) == worth("0.00", "incorrect", "choices-partial")
    only_right = spec("multiple_choice", choices=[{**choice, "correct": True} for choice in choices])
    assert kind.grade(only_right, {"choices": ["c0"]}).points == "1.33"
    del several["credit"]
    assert kind.grade(several, {"choices": ["c0"]}) == worth("0.00", "incorrect", "choices")


def test_a_unit_may_be_omitted_if_it_is_not_required() -> None:
    kind = KINDS["numeric"]
    assert kind.grade(spec("numeric", unit_required=False), {"text": "250"}).outcome == "correct"
    plain = spec("numeric", unit="", units={}, unit_required=False)
    assert kind.grade(plain, {"text": "250"}).outcome == "correct"
    assert kind.grade(plain, {"text": "250 ms"}).rule == "unit-unknown"


def test_partial_points_are_exact_and_rounded_down() -> None:
    assert partial(Decimal(3), Fraction(1, 3)) == Decimal(1)
    assert partial(Decimal(4), Fraction(2, 3)) == Decimal("2.66")
    assert partial(Decimal(4), Fraction(-1, 3)) == Decimal(0)
    assert partial(Decimal(1), Fraction(1, 200)) == Decimal(0)


def test_a_stored_score_lists_its_parts_if_it_has_any() -> None:
    plain = {"points": "4.00", "max_points": "4.00", "outcome": "correct", "rule": "choice", "matched": "c0"}
    assert KINDS["single_choice"].grade(spec("single_choice"), {"choice": "c0"}).as_dict() == plain
    stored = KINDS["matching"].grade(spec("matching"), {"matches": {LEFT_A: RIGHT_A}}).as_dict()
    assert stored["parts"] == parts("match", **{LEFT_B: "incorrect", LEFT_A: "correct"})
