"""Blanks are marked in the text; their rows follow."""

from typing import Any

import pytest

from tests.workspace.question_forms.browser import form_of, page_of, sent_by
from workspace.question_forms import QuestionForm
from workspace.question_forms.marks.blanks import read_marks, unmark


def written(ko: str, en: str = "", fields: dict[str, Any] | None = None, press: str = "") -> QuestionForm:
    """Return the form after an author has written these texts and saved, or pressed a button."""
    form = form_of("fill_in", fields)
    return form_of("fill_in", fields, data=sent_by(form, press, **{"text-ko": ko, "text-en": en}))


def blanks_of(form: QuestionForm) -> dict[str, list[str]]:
    return {blank["key"]: blank["accept"] for blank in form.fields_of_record()["definition"]["blanks"]}


@pytest.mark.parametrize(
    ("ko", "en", "texts", "blanks"),
    [
        ("{{과적합}}이다.", "", {"ko": "{{blank-1}}이다."}, {"blank-1": ["과적합"]}),
        (
            "{{과적합}}이다.",
            "It is {{overfitting}}.",
            {"ko": "{{overfitting}}이다.", "en": "It is {{overfitting}}."},
            {"overfitting": ["과적합", "overfitting"]},
        ),
        (
            "{{ 과적합 }}과 {{SGD}}",
            "{{SGD}} and {{Over fitting}}",
            {"ko": "{{over-fitting}}과 {{sgd}}", "en": "{{sgd}} and {{over-fitting}}"},
            {"over-fitting": ["과적합", "Over fitting"], "sgd": ["SGD"]},
        ),
        ("{{C++}} or {{c}}", "", {"ko": "{{c-2}} or {{c}}"}, {"c-2": ["C++"], "c": ["c"]}),
        (
            "{{과적합}} {{blank-1}}",
            "",
            {"ko": "{{blank-2}} {{blank-1}}"},
            {"blank-2": ["과적합"], "blank-1": ["blank-1"]},
        ),
        ("{{a}} {{b}}", "{{b}} {{a}}", {"ko": "{{a}} {{b}}", "en": "{{b}} {{a}}"}, {"a": ["a"], "b": ["b"]}),
    ],
)
def test_a_mark_around_an_answer_makes_a_blank(
    ko: str, en: str, texts: dict[str, str], blanks: dict[str, list[str]]
) -> None:
    form = written(ko, en)
    assert form.is_valid(), form.faults
    assert form.fields_of_record()["text"] == texts
    assert blanks_of(form) == blanks


def test_a_translation_marks_the_blanks_that_there_are() -> None:
    record = written("{{과적합}}과 {{과소적합}}").fields_of_record()
    form = written(record["text"]["ko"], "{{overfitting}} and {{underfitting}}", record)
    assert form.fields_of_record()["text"]["en"] == "{{blank-1}} and {{blank-2}}"
    assert blanks_of(form) == {"blank-1": ["과적합", "overfitting"], "blank-2": ["과소적합", "underfitting"]}


def test_a_blank_that_one_language_lacks_is_a_fault_of_that_text() -> None:
    form = written("{{가}}와 {{나}}", "{{a}} and b")
    assert [(fault.target, fault.message) for fault in form.faults] == [
        ("id-text-en", "The blank {{blank-1}} is missing in this text.")
    ]
    twice = written("{{가}}와 {{가}}")
    assert [fault.message for fault in twice.faults] == ["The blank {{blank-1}} stands here more than once."]
    assert [fault.message for fault in written("없음").faults] == ["The text has no blank yet."]


def test_the_button_finds_the_blanks_and_saves_nothing() -> None:
    form = written("{{과적합}}이다.", press="rows-blanks-add")
    assert form.is_row_operation
    assert "{{blank-1}}이다." in page_of(form)
    again = form_of("fill_in", data=sent_by(form))
    assert blanks_of(again) == {"blank-1": ["과적합"]}


def test_a_removed_blank_leaves_its_word_in_the_text() -> None:
    record = written("{{과적합}}과 {{b}}", "{{overfitting}} and {{b}}").fields_of_record()
    form = form_of("fill_in", record)
    form = form_of("fill_in", record, data=sent_by(form, "rows-blanks-0-remove"))
    saved = form_of("fill_in", record, data=sent_by(form))
    assert saved.fields_of_record()["text"] == {"ko": "과적합과 {{b}}", "en": "overfitting and {{b}}"}
    assert blanks_of(saved) == {"b": ["b"]}


def test_a_new_blank_takes_its_place_in_the_order_of_the_text() -> None:
    record = written("{{a}} {{c}}").fields_of_record()
    assert list(blanks_of(written("{{a}} {{b}} {{c}}", fields=record))) == ["a", "b", "c"]
    # An order that somebody has chosen is kept.
    moved = form_of("fill_in", record, data=sent_by(form_of("fill_in", record), "rows-blanks-0-down"))
    chosen = form_of("fill_in", record, data=sent_by(moved)).fields_of_record()
    assert list(blanks_of(written("{{a}} {{b}} {{c}}", fields=chosen))) == ["c", "a", "b"]


def test_too_many_blanks_are_a_fault() -> None:
    form = written(" ".join(f"{{{{w{number}}}}}" for number in range(21)))
    assert "There are at most 20 blanks." in [fault.message for fault in form.faults]


def test_braces_that_were_no_blanks_stay_so() -> None:
    marked = read_marks({"ko": "{{a}} {{ b c }} {{ 나 }}"}, ["a"], literal={"ko": {"b c"}}, taken=[])
    assert marked.texts == {"ko": "{{a}} {{ b c }} {{blank-1}}"}
    assert unmark("{{a}}!", "a", "en", []) == "!"


def test_a_row_without_a_key_is_a_blank_that_the_text_lacks() -> None:
    data = sent_by(form_of("fill_in", written("{{a}}").fields_of_record()))
    del data["blanks-0-key"]
    form = form_of("fill_in", data=data)
    assert [fault.message for fault in form.faults] == ["The blank {{a-2}} is missing in this text."]
