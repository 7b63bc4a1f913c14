"""Blanks that are menus or numbers, as an author writes them in the form."""

from typing import Any

import pytest

from tests.workspace.question_forms.browser import form_of, page_of, sent_by
from workspace.question_forms.form import QuestionForm

UP = {"key": "up", "correct": True, "text": {"ko": "오른다", "en": "rises"}}
DOWN = {"key": "down", "text": {"ko": "내린다", "en": "falls"}}
RECORD: dict[str, Any] = {
    "kind": "fill_in",
    "points": "1.00",
    "lesson": "",
    "text": {"ko": "값이 {{a}}.", "en": "It {{a}}."},
    "archived": False,
    "definition": {"blanks": [{"key": "a", "choices": [UP, DOWN]}]},
    "feedback": {"correct": {}, "incorrect": {}},
}


def edited(**changes: str) -> QuestionForm:
    form = form_of("fill_in", RECORD)
    return form_of(
        "fill_in", RECORD, data=sent_by(form, **{f"blanks-0-{name}": text for name, text in changes.items()})
    )


def blank_of(form: QuestionForm) -> dict[str, Any]:
    [blank] = form.fields_of_record()["definition"]["blanks"]
    return dict(blank)


def test_a_menu_is_shown_one_choice_a_line_with_its_right_ones_marked() -> None:
    page = page_of(form_of("fill_in", RECORD))
    assert "=오른다\n내린다</textarea>" in page
    assert "=rises\nfalls</textarea>" in page


@pytest.mark.parametrize(
    ("ko", "en", "keys"),
    [
        ("내린다\n=오른다", "falls\n=rises", ["down", "up"]),
        ("=올라간다\n내린다", "=goes up\nfalls", ["up", "down"]),
        ("=오른다\n그대로다\n내린다", "=rises\nstays\nfalls", ["up", "stays", "down"]),
        ("=오른다\n내린다", "", ["up", "down"]),
    ],
)
def test_choices_keep_their_keys(ko: str, en: str, keys: list[str]) -> None:
    choices = blank_of(edited(**{"choices-ko": ko, "choices-en": en}))["choices"]
    assert [choice["key"] for choice in choices] == keys
    assert [choice["text"]["ko"] for choice in choices if choice.get("correct")] == [
        line[1:] for line in ko.splitlines() if line.startswith("=")
    ]


@pytest.mark.parametrize(
    ("ko", "en", "name", "message"),
    [
        ("", "", "ko", "Write this text, in Korean at least."),
        ("오른다\n내린다", "", "ko", "A menu needs a right choice and a wrong one."),
        ("=오른다\n=내린다", "", "ko", "A menu needs a right choice and a wrong one."),
        ("=오른다\n내린다", "=rises", "en", "Each language has the same number of lines."),
        ("=오른다\n오른다", "", "ko", "Two choices of a menu are the same, or one is empty."),
        (f"=오른다\n{'x' * 201}", "", "ko", "It is longer than 200 characters."),
        ("\n".join(["=0", *map(str, range(1, 21))]), "", "ko", "There are more than 20 lines."),
    ],
)
def test_faults_of_a_menu_stand_beside_it(ko: str, en: str, name: str, message: str) -> None:
    form = edited(**{"choices-ko": ko, "choices-en": en})
    assert (f"id-blanks-0-choices-{name}", message) in [(fault.target, fault.message) for fault in form.faults]


def test_a_blank_changes_its_type() -> None:
    number = edited(type="number", value="2.5", tolerance="0.5", unit="km")
    assert blank_of(number) == {"key": "a", "value": 2.5, "tolerance": 0.5, "unit": "km"}
    words = edited(type="words", accept="rises\n오른다")
    assert blank_of(words) == {"key": "a", "accept": ["rises", "오른다"]}
    assert [fault.target for fault in edited(type="number").faults] == ["id-blanks-0-value"]


def test_a_word_that_was_marked_becomes_the_right_choice_of_a_menu() -> None:
    texts = {"text-ko": "값이 {{오른다}}.", "text-en": "It {{rises}}."}
    marked = form_of("fill_in", None, data=sent_by(form_of("fill_in"), "rows-blanks-add", **texts))
    menu = form_of("fill_in", None, data=sent_by(marked, "rows-blanks-add", **{"blanks-0-type": "menu"}))
    page = page_of(menu)
    assert "=오른다</textarea>" in page
    assert "=rises</textarea>" in page
    lines = {"blanks-0-choices-ko": "=오른다\n내린다", "blanks-0-choices-en": "=rises\nfalls"}
    choices = blank_of(form_of("fill_in", None, data=sent_by(menu, **lines)))["choices"]
    assert [choice["key"] for choice in choices] == ["rises", "falls"]


def test_the_right_choice_stands_in_the_text_when_its_menu_is_removed() -> None:
    form = form_of("fill_in", RECORD, data=sent_by(form_of("fill_in", RECORD), "rows-blanks-0-remove"))
    assert [entry.raw for entry in form.parts["text"].entries] == ["값이 오른다.", "It rises."]  # type: ignore[attr-defined]
