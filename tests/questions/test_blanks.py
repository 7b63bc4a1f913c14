"""Fill-in questions whose blanks are menus and numbers: what is built, shown, read and graded."""

import random
from typing import Any

import pytest

from common.files import schema
from questions import KINDS, ResponseError, SpecError
from tests.quizzes.asked import english, html, spec

KIND = KINDS["fill_in"]
DEFINITION: dict[str, Any] = {
    "blanks": [
        {
            "key": "a",
            "choices": [
                {"key": "up", "text": {"ko": "오른다", "en": "rises"}, "correct": True},
                {"key": "down", "text": {"ko": "내린다", "en": "falls"}},
            ],
        },
        {"key": "b", "value": 250, "tolerance": 5},
    ],
    "credit": "partial",
}
UP, DOWN = "0-up", "0-down"


def asked(**changes: Any) -> dict[str, Any]:
    """The question of `DEFINITION`. A blank's uuid is its key, a choice's is "0-" and its key: the marks need letters."""

    def identify(name: str) -> str:
        return name.removeprefix("blank/").replace("a/choice/", "0-")

    built = KIND.build(DEFINITION, identify=identify, html=html)
    return {**spec("fill_in"), **built, "points": "4.00", **changes}


def test_the_parts_of_menus_and_numbers_are_built() -> None:
    menu, number = asked()["blanks"]
    assert menu["choices"] == [
        {"uuid": UP, "text": {"ko": "오른다", "en": "rises"}, "correct": True},
        {"uuid": DOWN, "text": {"ko": "내린다", "en": "falls"}, "correct": False},
    ]
    assert number == {"uuid": "b", "key": "b", "value": "250", "tolerance": "5", "unit": ""}
    KIND.parse(asked())


def test_a_student_sees_the_choices_and_not_which_is_right() -> None:
    menu, number = KIND.public_form(asked())["blanks"]
    assert menu["choices"] == [
        {"uuid": UP, "text": {"ko": "오른다", "en": "rises"}},
        {"uuid": DOWN, "text": {"ko": "내린다", "en": "falls"}},
    ]
    assert number == {"uuid": "b", "unit": ""}


@pytest.mark.parametrize(
    ("given", "points", "rules"),
    [
        ({"a": UP, "b": "254"}, "4.00", ["right-choice", "within-tolerance"]),
        ({"a": DOWN, "b": "254개"}, "2.00", ["wrong-choice", "within-tolerance"]),
        ({"a": UP, "b": "256"}, "2.00", ["right-choice", "outside-tolerance"]),
        ({"a": UP, "b": "250 kg"}, "2.00", ["right-choice", "unit-unknown"]),
        ({"b": "2,50"}, "0.00", ["unanswered", "unclear-comma"]),
        ({"a": UP}, "2.00", ["right-choice", "unanswered"]),
    ],
)
def test_each_blank_is_graded(given: dict[str, str], points: str, rules: list[str]) -> None:
    score = KIND.grade(asked(), {"blanks": given})
    assert (score.points, [part["rule"] for part in score.parts]) == (points, rules)


def test_a_number_may_have_its_unit() -> None:
    blanks = [asked()["blanks"][0], {**asked()["blanks"][1], "unit": "ms"}]
    parts = KIND.grade(asked(blanks=blanks), {"blanks": {"a": UP, "b": "250 ms"}}).parts
    assert parts[1]["outcome"] == "correct"
    # Where there is a unit, a counter is another one.
    assert KIND.grade(asked(blanks=blanks), {"blanks": {"b": "250개"}}).parts[1]["rule"] == "unit-unknown"


def test_an_answer_names_a_choice_of_its_menu() -> None:
    public = KIND.public_form(asked())
    assert KIND.read_response(public, {"blanks": {"a": DOWN.upper(), "b": " 3"}}) == {"blanks": {"a": DOWN, "b": " 3"}}
    assert KIND.read_response(public, {"blanks": {"a": ""}}) == {"blanks": {}}
    for given, code in (("rises", "unknown-choice"), ("b", "unknown-choice"), (None, "shape"), (1, "shape")):
        with pytest.raises(ResponseError) as error:
            KIND.read_response(public, {"blanks": {"a": given}})
        assert error.value.code == code


def test_the_body_has_the_choices_and_says_how_a_number_is_read() -> None:
    public = KIND.public_form(asked())
    pieces = KIND.body(public, {"blanks": {"a": DOWN, "b": "2백"}}, english)["pieces"]
    assert pieces[1] == {
        "uuid": "a",
        "number": 1,
        "type": "menu",
        "text": "falls",
        "choice": DOWN,
        "choices": [{"uuid": UP, "text": "rises"}, {"uuid": DOWN, "text": "falls"}],
    }
    assert pieces[3] == {
        "uuid": "b", "number": 2, "type": "number", "text": "2백", "read_as": "200", "fault": "",
    }  # fmt: skip
    empty = KIND.body(public, {}, english)["pieces"]
    assert (empty[1]["choice"], empty[1]["text"], empty[3]["text"], empty[3]["fault"]) == (None, "", "", "")
    assert KIND.body(public, {"blanks": {"b": "3,5"}}, english)["pieces"][3]["fault"] == "unclear-comma"


def test_texts_for_lists() -> None:
    assert KIND.answer_text(asked(), {"blanks": {"a": DOWN}}, english) == "1. falls; 2. –"
    assert KIND.solution_text(asked(), english) == "1. rises; 2. 250 ± 5"
    assert KIND.solution(asked()) == {"blanks": {"a": [UP], "b": ["250 ± 5"]}}


def test_the_choices_of_a_menu_are_shuffled_like_others() -> None:
    public = KIND.public_form(asked())
    orders = {
        tuple(choice["uuid"] for choice in KIND.shuffled(public, random.Random(seed))["blanks"][0]["choices"])
        for seed in range(20)
    }
    assert orders == {(UP, DOWN), (DOWN, UP)}


def menu(*choices: tuple[str, bool]) -> dict[str, Any]:
    return {
        "uuid": "a",
        "key": "a",
        "choices": [{"uuid": str(n), "text": {"en": text}, "correct": ok} for n, (text, ok) in enumerate(choices)],
    }


@pytest.mark.parametrize(
    ("blank", "code"),
    [
        (menu(("x", False), ("y", False)), "menu-without-right"),
        (menu(("x", True), ("y", True)), "menu-without-right"),
        (menu(("x", True), ("x ", False)), "menu-twice"),
        (menu(("x", True), (" ", False)), "menu-twice"),
        (
            {
                **menu(("x", True)),
                "choices": [*menu(("x", True))["choices"], {"uuid": "2", "text": {"ko": "y"}, "correct": False}],
            },
            "menu-languages",
        ),
        ({**menu(("x", True), ("y", False)), "accept": ["x"]}, "blank-of-one-type"),
        ({"uuid": "a", "key": "a"}, "blank-of-one-type"),
    ],
)
def test_a_blank_that_its_author_must_correct(blank: dict[str, Any], code: str) -> None:
    with pytest.raises(SpecError) as error:
        KIND.parse(asked(blanks=[blank, asked()["blanks"][1]]))
    assert error.value.code == code


def test_two_choices_with_one_key_are_a_fault() -> None:
    blank = menu(("x", True), ("y", False))
    for choice in blank["choices"]:
        choice["uuid"] = "same"
    with pytest.raises(SpecError) as error:
        KIND.parse(asked(blanks=[blank, asked()["blanks"][1]]))
    assert error.value.code == "key-twice"


def test_a_tolerance_needs_a_value() -> None:
    definition = {"blanks": [{"key": "a", "accept": ["x"], "tolerance": 1, "unit": "m"}]}
    assert schema.faults_by(definition, KIND.schema) == ["blanks.0: “value” is missing."] * 2


def test_definitions_with_words_only_are_built_as_before() -> None:
    """What a version has published keeps its hash: nothing is added to the spec or to its public form."""
    words = spec("fill_in")
    assert words["blanks"] == [{"uuid": f"<blank/{n}>", "key": n, "accept": [f"word {n}", n * 3]} for n in "ab"]
    assert KIND.public_form(words)["blanks"] == [{"uuid": "<blank/a>"}, {"uuid": "<blank/b>"}]
