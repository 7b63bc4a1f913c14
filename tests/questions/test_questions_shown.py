"""What the page and the API show of a question: to answer it, what was answered, what is right, and what to say about it."""

import random
from typing import Any

import pytest

from questions import KINDS, feedback_for
from tests.questions.test_questions_answered import LEFT_A, LEFT_B, ORDER, OTHER, RIGHT_A, RIGHT_B, A, B
from tests.quizzes.asked import english, public, spec


def piece(uuid: str, text: str, **more: Any) -> dict[str, Any]:
    return {"uuid": uuid, "text": text, "html": f"<p>{text}</p>", **more}


RESPONSES: dict[str, dict[str, Any]] = {
    "single_choice": {"choice": "c1"},
    "multiple_choice": {"choices": ["c2", "c0"]},
    "short_answer": {"text": "Skew"},
    "numeric": {"text": "3 s"},
    "ordering": {"positions": {ORDER[0]: 2, ORDER[1]: 1}},
    "matching": {"matches": {LEFT_A: OTHER}},
    "fill_in": {"blanks": {B: "Word"}},
    "hand_in": {"text": "Because"},
}
BODIES: dict[str, dict[str, Any]] = {
    "single_choice": {"choices": [piece(f"c{n}", f"Choice {n}", is_chosen=n == 1) for n in range(3)]},
    "multiple_choice": {"choices": [piece(f"c{n}", f"Choice {n}", is_chosen=n != 1) for n in range(3)]},
    "short_answer": {"limit": 500},
    "numeric": {"limit": 100, "unit": "ms", "unit_required": True, "read_as": "", "fault": ""},
    "ordering": {
        "items": [piece(f"<item/{n}>", f"Step {n}", position=place) for n, place in (("a", 1), ("b", 2), ("c", None))]
    },
    "matching": {
        "lefts": [piece(LEFT_B, "Left b", match=None), piece(LEFT_A, "Left a", match=OTHER)],
        "rights": [piece(OTHER, "Right z"), piece(RIGHT_A, "Right a"), piece(RIGHT_B, "Right b")],
    },
    "fill_in": {
        "limit": 200,
        "blanks": ["a", "b"],
        "pieces": [
            {"html": "<p>One "},
            {"uuid": "a", "number": 1, "type": "words", "text": ""},
            {"html": ", two "},
            {"uuid": "b", "number": 2, "type": "words", "text": "Word"},
            {"html": ".</p>"},
        ],
    },
    "hand_in": {
        "limit": 20_000,
        "takes_text": False,
        "files": {"max": 2, "types": ["pdf"]},
        "rubric": [
            piece("<criterion/why>", "Reasons", points="3.00"),
            piece("<criterion/how>", "Figures", points="1.00"),
        ],
    },
}


def shown(kind: str) -> dict[str, Any]:
    # Blanks are found in the text by names of letters, as uuids are.
    plain = {"blanks": [{"uuid": n, "key": n, "accept": [n]} for n in "ab"]} if kind == "fill_in" else {}
    return public(kind, **plain)


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_of_a_question_with_what_was_answered(kind: str) -> None:
    response = {"blanks": {"b": "Word"}} if kind == "fill_in" else RESPONSES[kind]
    assert KINDS[kind].body(shown(kind), response, english) == BODIES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_of_a_question_that_is_not_answered(kind: str) -> None:
    body = KINDS[kind].body(shown(kind), {}, english)
    parts = body.get("choices") or body.get("items") or body.get("lefts") or body.get("pieces") or []
    said = [part[name] for part in parts for name in ("is_chosen", "position", "match") if name in part]
    assert not any(said)
    assert not any("number" in part and part["text"] for part in parts)


@pytest.mark.parametrize(
    ("kind", "answered", "right"),
    [
        ("single_choice", "Choice 1", "Choice 0"),
        ("multiple_choice", "Choice 0, Choice 2", "Choice 0"),
        ("short_answer", "Skew", "Data Drift"),
        ("numeric", "3 s", "250 ± 5 ms"),
        ("ordering", "1. Step a → 2. Step b → –. Step c", "1. Step b → 2. Step a → 3. Step c"),
        ("matching", "Left a – Right z", "Left b – Right b; Left a – Right a"),
        ("fill_in", "1. –; 2. Word", "1. word a, aaa; 2. word b, bbb"),
        ("hand_in", "Because", ""),
    ],
)
def test_answers_and_solutions_are_shown_as_text(kind: str, answered: str, right: str) -> None:
    assert KINDS[kind].answer_text(spec(kind), RESPONSES[kind], english) == answered
    assert KINDS[kind].answer_text(spec(kind), {}, english) == ""
    assert KINDS[kind].solution_text(spec(kind), english) == right


def test_all_accepted_texts_are_named() -> None:
    assert KINDS["short_answer"].solution_text(spec("short_answer", accept=["a", "b"]), english) == "a, b"
    plain = spec("numeric", tolerance="0", unit="")
    assert KINDS["numeric"].solution_text(plain, english) == "250"
    gone = {"matches": {LEFT_A: "gone", LEFT_B: RIGHT_A}}
    assert KINDS["matching"].answer_text(spec("matching"), gone, english) == "Left b – Right a; Left a – –"


def test_solutions_in_the_api() -> None:
    order = [{**choice, "correct": n != 1} for n, choice in enumerate(spec("multiple_choice")["choices"])][::-1]
    assert {kind: KINDS[kind].solution(spec(kind)) for kind in KINDS} == {
        "single_choice": {"choices": ["c0"]},
        "multiple_choice": {"choices": ["c0"]},
        "short_answer": {"accept": ["Data Drift"]},
        "numeric": {"value": "250", "tolerance": "5", "unit": "ms"},
        "ordering": {"items": ORDER},
        "matching": {"matches": {LEFT_B: RIGHT_B, LEFT_A: RIGHT_A}},
        "fill_in": {"blanks": {A: ["word a", "aaa"], B: ["word b", "bbb"]}},
        "hand_in": {},
    }
    # In the order in which the author gave them.
    assert KINDS["multiple_choice"].solution(spec("multiple_choice", choices=order)) == {"choices": ["c2", "c0"]}


@pytest.mark.parametrize(
    ("kind", "name"), [("single_choice", "choices"), ("ordering", "items"), ("matching", "rights")]
)
def test_shuffling_keeps_all_items_and_does_not_change_its_argument(kind: str, name: str) -> None:
    before = public(kind)
    after = KINDS[kind].shuffled(before, random.Random(3))
    wanted = list(before[name])
    random.Random(3).shuffle(wanted)
    assert after == {**before, name: wanted}
    assert after[name] != before[name]
    assert before == public(kind)


@pytest.mark.parametrize("kind", ["short_answer", "numeric", "fill_in", "hand_in"])
def test_kinds_without_an_order_are_not_shuffled(kind: str) -> None:
    assert KINDS[kind].shuffled(public(kind), random.Random(3)) == public(kind)


HERE = "mlops#drift"


@pytest.mark.parametrize(
    ("kind", "response", "said"),
    [
        ("numeric", {"text": "250 ms"}, [{"html": {"en": "Yes"}, "lesson": HERE}]),
        ("numeric", {"text": "2 ms"}, [{"html": {"en": "No"}, "lesson": HERE}]),
        ("numeric", {}, [{"html": {"en": "No"}, "lesson": HERE}]),
        ("ordering", {"positions": {ORDER[0]: 1}}, [{"html": {"en": "No"}, "lesson": HERE}]),
        ("single_choice", {"choice": "c0"}, [{"html": {"en": "About 0"}, "lesson": HERE}]),
        ("single_choice", {"choice": "c1"}, [{"html": {"en": "About 1"}, "lesson": "other#place"}]),
        ("single_choice", {"choice": "c2"}, []),
        (
            "multiple_choice",
            {"choices": ["c0", "c1"]},
            [{"html": {"en": "About 0"}, "lesson": HERE}, {"html": {"en": "About 1"}, "lesson": "other#place"}],
        ),
        ("short_answer", {"text": "Data Drift"}, [{"html": {"en": "Yes"}, "lesson": HERE}]),
        ("short_answer", {"text": "Concept-drift"}, [{"html": {"en": "Another term"}, "lesson": HERE}]),
        ("short_answer", {"text": "skew"}, [{"html": {"en": "No"}, "lesson": HERE}]),
        ("short_answer", {"text": "data drfit"}, []),
        ("hand_in", {"text": "Because"}, []),
    ],
)
def test_feedback_is_that_of_the_outcome_or_the_chosen_choices(
    kind: str, response: dict[str, Any], said: list[dict[str, Any]]
) -> None:
    asked = spec(kind)
    assert feedback_for(asked, response, KINDS[kind].grade(asked, response).as_dict()) == said


def test_empty_feedback_is_not_shown() -> None:
    silent = {"correct": {"ko": "", "en": ""}, "incorrect": {}}
    for kind, response in (("numeric", {"text": "250 ms"}), ("numeric", {"text": "2"})):
        asked = spec(kind, feedback=silent)
        assert feedback_for(asked, response, KINDS[kind].grade(asked, response).as_dict()) == []
    known = [{"answers": ["other"], "feedback": {"en": "Not this"}}, {"answers": ["skew"], "feedback": {"en": ""}}]
    asked = spec("short_answer", known_wrong=known)
    score = KINDS["short_answer"].grade(asked, {"text": "skew"}).as_dict()
    assert feedback_for(asked, {"text": "skew"}, score) == []
    # What was accepted is not wrong, whatever it reads like.
    right = {"outcome": "correct", "matched": "skew"}
    assert feedback_for(asked, {"text": "skew"}, right) == [{"html": {"en": "Yes"}, "lesson": HERE}]
