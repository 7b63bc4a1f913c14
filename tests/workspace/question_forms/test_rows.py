"""Rows are added, moved and removed by buttons, without script and without losing a word."""

from typing import Any

import pytest

from tests.workspace.question_forms.browser import form_of, page_of, sent_by
from workspace.question_forms import QuestionForm
from workspace.question_forms.rows import Rows


def choices(*keys: str, right: str = "") -> list[dict[str, Any]]:
    return [
        {"key": key, "correct": key == right, "text": {"ko": f"{key} 글"}, "feedback": {}, "lesson": ""} for key in keys
    ]


def record(*keys: str, right: str = "", kind: str = "single_choice") -> dict[str, Any]:
    fields = {"kind": kind, "points": "1.00", "lesson": "", "text": {"ko": "무엇?"}, "archived": False}
    return {**fields, "choices": choices(*keys, right=right)}


def pressed(fields: dict[str, Any] | None, button: str, **changes: Any) -> QuestionForm:
    """Return the form that is shown after a button was pressed."""
    kind = (fields or {"kind": "single_choice"})["kind"]
    return form_of(kind, fields, data=sent_by(form_of(kind, fields), button, **changes))


def saved(form: QuestionForm) -> dict[str, Any]:
    """Return the record that is saved if the page is sent as it is shown now."""
    again = form_of(form.kind_name, form.original, data=sent_by(form))
    assert again.is_valid(), again.faults
    return again.fields_of_record()


@pytest.mark.parametrize(
    ("button", "order"),
    [
        ("rows-choices-0-down", ["b", "a", "c"]),
        ("rows-choices-2-up", ["a", "c", "b"]),
        ("rows-choices-0-up", ["a", "b", "c"]),
        ("rows-choices-2-down", ["a", "b", "c"]),
        ("rows-choices-1-remove", ["a", "c"]),
        ("rows-choices-add", ["a", "b", "c"]),
    ],
)
def test_a_button_changes_the_order_and_keeps_what_was_written(button: str, order: list[str]) -> None:
    form = pressed(record("a", "b", "c", right="c"), button, **{"text-en": "What?\n\nNot *this*."})
    assert form.is_row_operation
    assert not form.is_valid()
    assert form.faults == []
    after = saved(form)
    assert [choice["key"] for choice in after["choices"]] == order
    assert [choice["key"] for choice in after["choices"] if choice["correct"]] == ["c"]
    assert after["text"] == {"ko": "무엇?", "en": "What?\n\nNot *this*."}


def test_a_row_is_added_up_to_the_limit_and_no_further() -> None:
    form = form_of("single_choice")
    for count in range(4, 20):
        assert len(rows_of(form).rows) == count
        form = form_of("single_choice", data=sent_by(form, "rows-choices-add"))
    assert len(rows_of(form).rows) == 20
    data = sent_by(form)
    data["rows-choices-add"] = "1"
    assert len(rows_of(form_of("single_choice", data=data)).rows) == 20
    assert "disabled" in page_of(form)


def rows_of(form: QuestionForm, name: str = "choices") -> Rows:
    part = form.parts[name]
    assert isinstance(part, Rows)
    return part


def test_the_focus_follows_the_row() -> None:
    fields = record("a", "b", "c", right="a")
    moved = pressed(fields, "rows-choices-2-up")
    assert [row.focus for row in rows_of(moved).rows] == ["", "up", ""]
    # At the end of the list there is no further step up, so the focus goes to the other button.
    assert [row.focus for row in rows_of(pressed(fields, "rows-choices-1-up")).rows] == ["down", "", ""]
    assert page_of(moved).count("autofocus") == 1
    assert page_of(pressed(fields, "rows-choices-0-remove")).count("autofocus") == 1
    assert page_of(pressed(fields, "rows-choices-add")).count("autofocus") == 1


def test_a_new_row_gets_a_key_from_its_text() -> None:
    added = pressed(record("a", "b", right="a"), "rows-choices-add")
    for texts, key in [
        ({"ko": "과적합", "en": "Over-fitting, é!"}, "over-fitting-e"),
        ({"ko": "과적합", "en": ""}, "choice-1"),
        ({"ko": "A가 아님", "en": ""}, "a-2"),
        ({"ko": "12", "en": ""}, "choice-1"),
    ]:
        changes = {f"choices-2-text-{code}": text for code, text in texts.items()}
        form = form_of("single_choice", added.original, data=sent_by(added, **changes))
        assert [choice["key"] for choice in form.fields_of_record()["choices"]] == ["a", "b", key]


def test_the_key_of_a_removed_row_is_given_to_no_other() -> None:
    """Answers that students have given refer to the row by it."""
    removed = pressed(record("a", "b", "red", right="a"), "rows-choices-2-remove")
    added = form_of("single_choice", removed.original, data=sent_by(removed, "rows-choices-add"))
    form = form_of("single_choice", removed.original, data=sent_by(added, **{"choices-2-text-ko": "Red"}))
    assert [choice["key"] for choice in form.fields_of_record()["choices"]] == ["a", "b", "red-2"]


def test_empty_new_rows_are_left_out_and_an_emptied_row_is_a_fault() -> None:
    texts = {"text-ko": "무엇?", "choices-1-text-ko": "하나", "choices-3-text-ko": "둘", "choices-correct": "3"}
    new = form_of("single_choice", data=sent_by(form_of("single_choice"), **texts))
    assert [choice["correct"] for choice in new.fields_of_record()["choices"]] == [False, True]
    old = record("a", "b", "c", right="a")
    emptied = form_of("single_choice", old, data=sent_by(form_of("single_choice", old), **{"choices-1-text-ko": ""}))
    assert [fault.target for fault in emptied.faults] == ["id-choices-1-text-ko"]


def test_an_unknown_button_and_an_unknown_row_change_nothing() -> None:
    fields = record("a", "b", right="a")
    for name in ("rows-choices-7-up", "rows-choices-7-remove", "rows-nothing-add"):
        data = sent_by(form_of("single_choice", fields))
        data[name] = "1"
        form = form_of("single_choice", fields, data=data)
        assert form.is_row_operation
        assert saved(form) == fields
