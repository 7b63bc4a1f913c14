"""From an author's definition to the spec and its public form, and the refusal of invalid specs."""

from typing import Any

import pytest
from django.utils import translation

import questions
from questions import KINDS, SpecError
from questions.base import texts_schema
from questions.kinds.hand_in import FILE_TYPES
from tests.quizzes.asked import CHOICES, DEFINITIONS, PUBLIC, TEXT, built, html, public, spec


def side(name: str, text: str) -> dict[str, Any]:
    return {"uuid": f"<{name}>", "text": {"en": text}, "html": {"en": f"<p>{text}</p>"}}


BUILT: dict[str, dict[str, Any]] = {
    "single_choice": {},
    "multiple_choice": {"credit": "partial"},
    "short_answer": {"near_misses": "review"},
    "numeric": {"value": "250", "tolerance": "5", "unit": "ms", "units": {"s": "1000"}, "unit_required": True},
    "ordering": {"items": [side(f"item/{n}", f"Step {n}") for n in "bac"], "credit": "partial"},
    "matching": {
        "pairs": [{"left": side(f"left/{n}", f"Left {n}"), "right": side(f"right/{n}", f"Right {n}")} for n in "ba"],
        "distractors": [side("distractor/z", "Right z")],
        "credit": "partial",
    },
    "fill_in": {
        "blanks": [{"uuid": f"<blank/{n}>", "key": n, "accept": [f"word {n}", n * 3]} for n in "ab"],
        "credit": "partial",
    },
    "hand_in": {
        "rubric": [
            {**side("criterion/why", "Reasons"), "points": "3.00"},
            {**side("criterion/how", "Figures"), "points": "1.00"},
        ],
        "takes_text": False,
        "files": {"max": 2, "types": ["pdf"]},
        "notes": {"en": "<p>Look for bias</p>"},
    },
}


def test_all_kinds_are_found_in_order() -> None:
    assert list(questions.find_kinds()) == list(KINDS) == list(BUILT) == list(DEFINITIONS)
    assert texts_schema() == {
        "type": "object",
        "properties": {code: {"type": "string", "minLength": 1, "maxLength": 4000} for code in ("ko", "en")},
        "minProperties": 1,
        "additionalProperties": False,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_definition_becomes_a_spec(kind: str) -> None:
    assert built(kind) == BUILT[kind]


@pytest.mark.parametrize(
    ("kind", "left_out", "default"),
    [
        ("multiple_choice", ["credit"], None),
        ("short_answer", ["near_misses"], None),
        ("numeric", ["tolerance", "unit", "units", "unit_required"], ("0", "", {}, False)),
        ("ordering", ["credit"], ("all",)),
        ("matching", ["distractors", "credit"], ([], "all")),
        ("fill_in", ["credit"], ("all",)),
    ],
)
def test_omitted_fields_have_their_defaults(kind: str, left_out: list[str], default: tuple[Any, ...] | None) -> None:
    made = built(kind, {name: value for name, value in DEFINITIONS[kind].items() if name not in left_out})
    assert {name: made[name] for name in left_out if name in made} == dict(zip(left_out, default or (), strict=False))


def test_a_hand_in_takes_a_text_and_no_files_by_default() -> None:
    rubric = [{"key": "why", "text": {"en": "Reasons"}, "points": 0.5}]
    plain = built("hand_in", {"rubric": rubric})
    assert plain["rubric"][0]["points"] == "0.50"
    assert plain["takes_text"] is True
    assert plain["files"] == {"max": 0, "types": list(FILE_TYPES)}
    assert plain["notes"] == {}
    assert built("hand_in", {"rubric": rubric, "files": {"max": 1}})["files"] == {"max": 1, "types": list(FILE_TYPES)}


# What a student sees beside the text. Things that are put in order stand by their uuids.
SEEN: dict[str, dict[str, Any]] = {
    "single_choice": {"choices": [{name: c[name] for name in ("uuid", "text", "html")} for c in CHOICES]},
    "multiple_choice": {"choices": [{name: c[name] for name in ("uuid", "text", "html")} for c in CHOICES]},
    "short_answer": {},
    "numeric": {"unit": "ms", "unit_required": True},
    "ordering": {"items": [side(f"item/{n}", f"Step {n}") for n in "abc"]},
    "matching": {
        "lefts": [side(f"left/{n}", f"Left {n}") for n in "ba"],
        "rights": [
            side("distractor/z", "Right z"),
            side("right/a", "Right a"),
            side("right/b", "Right b"),
        ],
    },
    "fill_in": {
        "text": {"en": "One {{<blank/a>}}, two {{<blank/b>}}."},
        "html": {"en": "<p>One {{<blank/a>}}, two {{<blank/b>}}.</p>"},
        "blanks": [{"uuid": "<blank/a>"}, {"uuid": "<blank/b>"}],
    },
    "hand_in": {name: BUILT["hand_in"][name] for name in ("rubric", "takes_text", "files")},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_public_form_contains_exactly_these_fields(kind: str) -> None:
    assert public(kind) == {**PUBLIC, "kind": kind, **SEEN[kind]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_spec_is_accepted(kind: str) -> None:
    KINDS[kind].parse(spec(kind))


def choices(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**choice, **change} for choice, change in zip(CHOICES, changes, strict=False)]


def blanks(**changes: Any) -> list[dict[str, Any]]:
    return [{**blank, **changes} for blank in BUILT["fill_in"]["blanks"]]


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    *((kind, "no-text", {"text": {"ko": "", "en": ""}}) for kind in BUILT),
    ("short_answer", "no-text", {"text": {}}),
    *((kind, "no-points", {"points": "0.00"}) for kind in BUILT),
    ("numeric", "no-points", {"points": "-1"}),
    ("single_choice", "too-few-choices", {"choices": choices({})}),
    ("multiple_choice", "too-few-choices", {"choices": choices({})}),
    ("single_choice", "choice-without-text", {"choices": choices({}, {"text": {"ko": "", "en": ""}}, {})}),
    ("single_choice", "not-one-correct", {"choices": choices({"correct": False}, {})}),
    ("single_choice", "not-one-correct", {"choices": choices({}, {"correct": True})}),
    ("multiple_choice", "none-correct", {"choices": choices({"correct": False}, {})}),
    ("short_answer", "empty-accepted", {"accept": []}),
    ("short_answer", "empty-accepted", {"accept": ["Data Drift", " - "]}),
    ("short_answer", "accepted-and-wrong", {"accept": ["Data Drift", "Concept-Drift"]}),
    ("numeric", "no-unit", {"unit": "", "unit_required": False}),
    ("numeric", "no-unit", {"unit": "", "units": {}}),
    ("numeric", "unit-twice", {"unit": "ms", "units": {"s": "1000", "㎳": "1"}}),
    ("numeric", "unit-twice", {"unit": "items", "units": {"개": "10"}, "unit_text": {"ko": "개"}}),
    ("numeric", "no-unit", {"unit": "", "units": {}, "unit_required": False, "unit_text": {"ko": "개"}}),
    ("ordering", "key-twice", {"items": [side("item/a", "A"), side("item/a", "B")]}),
    ("matching", "key-twice", {"distractors": [side("right/a", "Right z")]}),
    ("fill_in", "key-twice", {"blanks": blanks(uuid="same")}),
    ("fill_in", "blanks-and-marks", {"text": {"en": "One {{a}}."}}),
    ("fill_in", "blanks-and-marks", {"html": {"en": "{{a}} {{b}}", "ko": "{{a}} {{a}}"}}),
    ("fill_in", "blanks-and-marks", {"html": {"en": "{{a}} {{b}}", "ko": "{{b}} {{a}} {{a}}"}}),
    ("fill_in", "empty-blank", {"blanks": blanks(accept=["word", "."])}),
    ("hand_in", "key-twice", {"rubric": [{**side("criterion/a", "A"), "points": "2.00"}] * 2}),
    ("hand_in", "rubric-sum", {"points": "4.01"}),
    ("hand_in", "nothing-to-hand-in", {"files": {"max": 0, "types": []}}),
]


@pytest.mark.parametrize(("kind", "code", "changes"), REFUSED)
def test_an_invalid_spec_is_refused_with_a_code_and_a_message_in_both_languages(
    kind: str, code: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(SpecError) as refused:
        KINDS[kind].parse(spec(kind, **changes))
    assert refused.value.code == code
    assert str(refused.value) == refused.value.message
    with translation.override("ko"):
        assert translation.gettext(refused.value.message) != refused.value.message


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        # As few as there may be, and texts in one language only.
        ("single_choice", {"choices": choices({"text": {"ko": "", "en": "A"}}, {}), "text": {"ko": "", "en": "?"}}),
        ("single_choice", {"points": "0.01"}),
        ("numeric", {"units": {}, "unit_required": False, "unit": ""}),
        ("numeric", {"units": {"개": "1"}, "unit": "items", "unit_text": {"ko": "개", "en": "items"}}),
        ("fill_in", {"text": {"en": "{{b}} {{a}}", "ko": ""}, "html": html({"en": "{{a}} {{b}}"})}),
        ("hand_in", {"takes_text": True, "files": {"max": 0, "types": []}}),
        ("hand_in", {"files": {"max": 1, "types": ["pdf"]}}),
    ],
)
def test_allowed_variations_of_a_spec_are_accepted(kind: str, changes: dict[str, Any]) -> None:
    KINDS[kind].parse(spec(kind, **changes))


def test_who_waits_for_a_person() -> None:
    waiting = {kind for kind in KINDS if KINDS[kind].may_wait(DEFINITIONS[kind])}
    assert waiting == {"short_answer", "hand_in"}
    assert not KINDS["short_answer"].may_wait({"near_misses": "reject"})


def test_the_text_in_a_list_names_blanks_by_number() -> None:
    assert KINDS["numeric"].question_text(spec("numeric"), lambda texts: texts["ko"]) == TEXT["ko"]
    swapped = spec("fill_in", text={"en": "{{b}} then {{a}}"})
    assert KINDS["fill_in"].question_text(swapped, lambda texts: texts["en"]) == "[2] then [1]"
