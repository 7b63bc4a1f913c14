import unicodedata
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions import KINDS, ResponseError, SpecError, feedback_for
from questions.comparing.short_answers import normalise

RIGHT, WRONG, OTHER = (str(uuid4()) for _ in range(3))


def choice_spec(kind: str = "single_choice", correct: tuple[str, ...] = (RIGHT,)) -> dict[str, Any]:
    return {
        "uuid": str(uuid4()),
        "kind": kind,
        "points": "2.00",
        "text": {"ko": "질문", "en": "Question"},
        "html": {"ko": "<p>질문</p>", "en": "<p>Question</p>"},
        "lesson": "mlops#drift",
        "choices": [
            {
                "uuid": uuid,
                "text": {"ko": "보기", "en": "Choice"},
                "html": {"ko": "보기", "en": "Choice"},
                "correct": uuid in correct,
                "feedback": {"ko": "", "en": f"SECRET {uuid}"},
                "lesson": "",
            }
            for uuid in (RIGHT, WRONG, OTHER)
        ],
    }


def short_spec(**changes: Any) -> dict[str, Any]:
    spec = {name: value for name, value in choice_spec("short_answer").items() if name != "choices"}
    return {
        **spec,
        "accept": ["Data Drift", "데이터 드리프트"],
        "known_wrong": [{"answers": ["concept drift", "개념 드리프트"], "feedback": {"en": "SECRET known"}}],
        "feedback": {"correct": {"en": "SECRET yes"}, "incorrect": {"en": "SECRET no"}},
        **changes,
    }


@pytest.mark.parametrize("spec", [choice_spec(), choice_spec("multiple_choice"), short_spec()])
def test_the_public_form_contains_nothing_of_the_answer_key(spec: dict[str, Any]) -> None:
    KINDS[spec["kind"]].parse(spec)
    public = KINDS[spec["kind"]].public_form(spec)
    text = repr(public)
    for secret in ("SECRET", "correct", "accept", "known_wrong", "feedback", "lesson", "Data Drift"):
        assert secret not in text
    assert public["uuid"] == spec["uuid"]


def test_the_right_choice_earns_all_points() -> None:
    spec, kind = choice_spec(), KINDS["single_choice"]
    assert kind.grade(spec, {"choice": RIGHT}).as_dict() == {
        "points": "2.00",
        "max_points": "2.00",
        "outcome": "correct",
        "rule": "choice",
        "matched": RIGHT,
    }
    assert kind.grade(spec, {"choice": WRONG}).points == "0.00"
    assert kind.grade(spec, {"choice": None}).outcome == "unanswered"
    assert kind.grade(spec, {}).outcome == "unanswered"


def test_multiple_choice_is_all_or_nothing() -> None:
    spec, kind = choice_spec("multiple_choice", (RIGHT, OTHER)), KINDS["multiple_choice"]
    assert kind.grade(spec, {"choices": [OTHER, RIGHT]}).outcome == "correct"
    assert kind.grade(spec, {"choices": [RIGHT]}).outcome == "incorrect"
    assert kind.grade(spec, {"choices": [RIGHT, OTHER, WRONG]}).outcome == "incorrect"
    assert kind.grade(spec, {"choices": []}).outcome == "unanswered"


@pytest.mark.parametrize(
    "text",
    [
        "data drift",
        "DATA-DRIFT.",
        "  data\tdrift ",
        "ｄａｔａ　ｄｒｉｆｔ",
        "data–drift",
        "데이터드리프트",
        unicodedata.normalize("NFD", "데이터 드리프트"),
        "데이터\u200b드리프트。",
    ],
)
def test_case_spaces_and_punctuation_of_a_short_answer_do_not_count(text: str) -> None:
    score = KINDS["short_answer"].grade(short_spec(), {"text": text})
    assert score.outcome == "correct"
    assert score.rule == "exact"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("drift", "no-match"),
        ("model drift", "no-match"),
        ("data drift or concept drift", "known-wrong"),
        ("not data drift", "contains"),
        ("data drfit", "near-miss"),
        ("0", "no-match"),
    ],
)
def test_another_short_answer_is_incorrect(text: str, rule: str) -> None:
    score = KINDS["short_answer"].grade(short_spec(), {"text": text})
    assert score.outcome == "incorrect"
    assert score.rule == rule


def test_endings_and_particles_around_a_term_do_not_count() -> None:
    for text in ("데이터 드리프트요", "정답은 데이터 드리프트입니다.", "It is data drift", "data drifts"):
        assert KINDS["short_answer"].grade(short_spec(), {"text": text}).rule == "ending"


def test_a_known_wrong_answer_has_its_own_feedback() -> None:
    spec = short_spec()
    score = KINDS["short_answer"].grade(spec, {"text": "Concept-Drift"})
    assert score.outcome == "incorrect"
    assert score.rule == "known-wrong"
    assert score.matched == "concept drift"
    assert feedback_for(spec, {"text": "Concept-Drift"}, score.as_dict())[0]["html"] == {"en": "SECRET known"}


@pytest.mark.parametrize("text", ["", " ", "-", ".", "\u200b"])
def test_an_answer_of_separators_only_is_unanswered(text: str) -> None:
    assert KINDS["short_answer"].grade(short_spec(), {"text": text}).outcome == "unanswered"


@given(st.text(max_size=40))
def test_normalising_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(max_size=40))
def test_the_unicode_form_of_a_text_does_not_matter(text: str) -> None:
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("single_choice", {"choice": "nonsense"}, "unknown-choice"),
        ("single_choice", {"choice": 3}, "shape"),
        ("single_choice", {"choices": [RIGHT]}, "shape"),
        ("single_choice", None, "shape"),
        ("single_choice", {"choice": RIGHT, "more": 1}, "shape"),
        ("multiple_choice", {"choices": RIGHT}, "shape"),
        ("multiple_choice", {"choices": [str(uuid4())]}, "unknown-choice"),
        ("multiple_choice", {"choices": [[RIGHT]]}, "shape"),
        ("short_answer", {"text": "x" * 501}, "too-long"),
        ("short_answer", {"text": None}, "shape"),
        ("short_answer", {"text": "a\x00b"}, "shape"),
        ("short_answer", [], "shape"),
    ],
)
def test_an_invalid_response_is_refused_with_a_code(kind: str, raw: Any, code: str) -> None:
    spec = short_spec() if kind == "short_answer" else choice_spec(kind)
    with pytest.raises(ResponseError) as refused:
        KINDS[kind].read_response(KINDS[kind].public_form(spec), raw)
    assert refused.value.code == code


def test_a_raw_response_is_stored_in_one_form() -> None:
    public = KINDS["multiple_choice"].public_form(choice_spec("multiple_choice"))
    assert KINDS["multiple_choice"].read_response(public, {"choices": [WRONG.upper(), WRONG]}) == {"choices": [WRONG]}
    assert KINDS["single_choice"].read_response(public, {"choice": ""}) == {"choice": None}
    assert KINDS["short_answer"].read_response({}, {"text": " a "}) == {"text": " a "}


@pytest.mark.parametrize(
    "spec",
    [
        choice_spec(correct=()),
        choice_spec(correct=(RIGHT, WRONG)),
        choice_spec("multiple_choice", ()),
        {**choice_spec(), "choices": choice_spec()["choices"][:1]},
        {**choice_spec(), "points": "0"},
        {**choice_spec(), "text": {"ko": "", "en": ""}},
        {**choice_spec(), "choices": [{**c, "text": {"ko": ""}} for c in choice_spec()["choices"]]},
        short_spec(accept=[]),
        short_spec(accept=["-"]),
        short_spec(accept=["Concept Drift"]),
    ],
)
def test_an_invalid_question_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(SpecError) as refused:
        KINDS[spec["kind"]].parse(spec)
    assert refused.value.message


def test_feedback_names_the_lesson_of_the_choice_or_the_question() -> None:
    spec = choice_spec()
    spec["choices"][1]["lesson"] = "other#place"
    score = KINDS["single_choice"].grade(spec, {"choice": WRONG}).as_dict()
    assert feedback_for(spec, {"choice": WRONG}, score) == [
        {"html": {"ko": "", "en": f"SECRET {WRONG}"}, "lesson": "other#place"}
    ]
    assert feedback_for(spec, {}, {"outcome": "unanswered", "matched": ""}) == []
    assert feedback_for(short_spec(), {"text": "x"}, {"outcome": "correct", "matched": "Data Drift"}) == [
        {"html": {"en": "SECRET yes"}, "lesson": "mlops#drift"}
    ]
