"""Whoever opens a question and saves it without an edit has changed nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.files import schema
from questions import KINDS
from tests.workspace.question_forms.browser import BOTH, LESSONS, form_of, page_of, sent_by
from tests.workspace.question_forms.records import RECORDS


@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_record_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    record = data.draw(RECORDS[kind])
    form = form_of(kind, record, data=sent_by(form_of(kind, record)))
    assert form.is_valid(), form.faults
    assert form.fields_of_record() == record


@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_the_page_alone_says_the_whole_record(kind: str, data: st.DataObject) -> None:
    """Without the record to compare with, so nothing is kept that the page does not contain."""
    record = data.draw(RECORDS[kind])
    places = [record["lesson"], *(choice["lesson"] for choice in record.get("choices", []))]
    options: dict[str, Any] = {
        "lessons": [(place, place) for place in places if place],
        "pools": [record.get("pool", "final")],
    }
    form = form_of(kind, None, data=sent_by(form_of(kind, record, **options)), **options)
    assert form.is_valid(), form.faults
    assert form.fields_of_record() == {**record, "archived": False}


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("languages", [BOTH, BOTH[::-1], ("ko",), ("en",)])
def test_a_new_question_is_shown_without_faults(kind: str, languages: tuple[str, ...]) -> None:
    page = page_of(form_of(kind, languages=languages))
    assert "qf-fault" not in page
    for code in ("ko", "en"):
        assert (f'name="text-{code}"' in page) == (code in languages)


@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_record_can_be_edited_into_any_other(kind: str, data: st.DataObject) -> None:
    before, after = data.draw(RECORDS[kind]), data.draw(RECORDS[kind])
    for record in (before, after):
        # The same languages: what the form does not show is kept.
        record["lesson"], record["archived"] = "drift", False
        record.pop("pool", None)
    form = form_of(kind, before, data=sent_by(form_of(kind, after)))
    places = {choice["lesson"] for choice in after.get("choices", [])} - {"", *(place for place, _title in LESSONS)}
    if not places:
        assert form.is_valid(), form.faults
        assert form.fields_of_record() == after


def names_in(schema: Any) -> set[str]:
    """Return the names of all properties of a schema, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(names_in, schema))
    if not isinstance(schema, dict):
        return set()
    inner = set().union(*map(names_in, schema.values()))
    return inner | set(schema.get("properties", {}))


def names_of(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(names_of, value))
    return set(value).union(*map(names_of, value.values())) if isinstance(value, dict) else set()


# Definitions with every property of their kind.
WHOLE: dict[str, dict[str, Any]] = {
    "single_choice": {},
    "multiple_choice": {"credit": "partial"},
    "short_answer": {"near_misses": "review"},
    "numeric": {
        "value": 0.5,
        "tolerance": 0.25,
        "unit": "ms",
        "unit_text": {"ko": "밀리초", "en": "milliseconds"},
        "units": {"s": 1000, "µs": 0.001},
        "unit_required": True,
    },
    "ordering": {"items": [{"key": key, "text": {"ko": key, "en": key}} for key in "ab"], "credit": "partial"},
    "matching": {
        "pairs": [{"key": key, "left": {"ko": key, "en": key}, "right": {"ko": key, "en": key}} for key in "ab"],
        "distractors": [{"key": "c", "text": {"ko": "c", "en": "c"}}],
        "credit": "partial",
    },
    "fill_in": {
        "blanks": [
            {"key": "a", "accept": ["가", "a"]},
            {
                "key": "b",
                "choices": [
                    {"key": "up", "correct": True, "text": {"ko": "오름", "en": "up"}},
                    {"key": "down", "text": {"ko": "내림", "en": "down"}},
                ],
            },
            {"key": "c", "value": 0.5, "tolerance": 0.25, "unit": "ms"},
        ],
        "credit": "partial",
    },
    "hand_in": {
        "rubric": [{"key": "a", "text": {"ko": "가", "en": "a"}, "points": 1.5}],
        "text": False,
        "files": {"max": 2, "types": ["pdf", "zip"]},
        "notes": {"ko": "가", "en": "a"},
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_property_of_every_schema_stands_in_the_form(kind: str) -> None:
    assert names_in(KINDS[kind].schema) <= names_of(WHOLE[kind])
    text = {"ko": "{{a}} {{b}} {{c}}", "en": "{{a}} {{b}} {{c}}"}
    fields = {"kind": kind, "points": "1.50", "lesson": "", "text": text, "archived": False, "definition": WHOLE[kind]}
    data = sent_by(form_of(kind, fields))
    assert form_of(kind, None, data=data).clean()["definition"] == WHOLE[kind]


# Valid by the schemas, but not as the forms write it.
WRITTEN_OTHERWISE: list[tuple[str, dict[str, Any]]] = [
    ("multiple_choice", {"credit": "all"}),
    ("short_answer", {"near_misses": "reject"}),
    ("numeric", {"value": 250.0, "tolerance": 0, "unit_required": False, "units": {}, "unit": " ms "}),
    ("numeric", {"value": 10**50, "tolerance": 1e-300}),
    (
        "ordering",
        {
            "credit": "all",
            "items": [
                {"key": "a--b", "text": {"en": " b\r\n", "ko": "가"}},
                {"text": {"ko": "\u1100\u1161"}, "key": "b"},
            ],
        },
    ),
    (
        "matching",
        {
            "distractors": [],
            "credit": "all",
            "pairs": [{"key": key, "left": {"ko": "l "}, "right": {"ko": " r"}} for key in "ab"],
        },
    ),
    ("fill_in", {"blanks": [{"key": "a", "accept": [" 가\n나", "x", "x"]}], "credit": "all"}),
    (
        "fill_in",
        {
            "blanks": [
                {
                    "key": "a",
                    "choices": [
                        {"key": "x", "text": {"ko": "=1"}, "correct": True},
                        {"text": {"ko": " \\2"}, "key": "y", "correct": False},
                    ],
                }
            ]
        },
    ),
    ("fill_in", {"blanks": [{"key": "a", "value": 1.0, "tolerance": 0}]}),
    (
        "hand_in",
        {
            "text": True,
            "files": {"max": 2.0, "types": ["zip", "pdf", "pdf"]},
            "rubric": [{"key": "a", "text": {"ko": " 가"}, "points": 0.333}],
        },
    ),
    ("hand_in", {"files": {"max": 0}, "rubric": [{"key": "a", "text": {"ko": "가"}, "points": 0.33}]}),
]


@pytest.mark.parametrize(("kind", "definition"), WRITTEN_OTHERWISE)
def test_what_nobody_has_edited_stays_as_it_was_written(kind: str, definition: dict[str, Any]) -> None:
    record = {
        "kind": kind, "points": "0.33", "lesson": "", "text": {"ko": "{{a}}는 {{이 것}}", "en": ""}, "archived": False,
        "definition": definition,
    }  # fmt: skip
    if KINDS[kind].rows == "choices":
        record["choices"] = [
            {"key": key, "correct": key == "A_b", "text": {"ko": key}, "feedback": {}, "lesson": ""}
            for key in ("A_b", "c")
        ]
    else:
        record["feedback"] = {"correct": {}, "incorrect": {}}
    if KINDS[kind].rows == "answers":
        group = {"answers": ["b"], "feedback": {"ko": "아니요"}}
        record |= {"accept": [" a"], "known_wrong": [group, group]}
    assert not schema.faults_by(definition, KINDS[kind].schema)
    form = form_of(kind, record, data=sent_by(form_of(kind, record)))
    assert form.record == record
    assert repr(form.record) == repr(record)
