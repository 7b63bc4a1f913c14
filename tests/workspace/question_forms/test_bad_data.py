"""Whatever is sent gives a form with faults, never an exception."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import KINDS
from tests.workspace.question_forms.browser import form_of, page_of, sent_by
from tests.workspace.question_forms.test_faults import base
from workspace.question_forms.rows import Rows


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_at_all(kind: str) -> None:
    for fields in (None, base(kind)):
        form = form_of(kind, fields, data=QueryDict())
        assert not form.is_valid()
        assert "id-text-ko-fault" in page_of(form)


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_rows(kind: str) -> None:
    names = [part.name for part in form_of(kind).all_parts() if isinstance(part, Rows)]
    for name in names:
        data = sent_by(form_of(kind, base(kind)))
        data.setlist(f"rows-{name}", [str(number) for number in range(10_000)])
        form = form_of(kind, base(kind), data=data)
        assert not form.is_valid()
        assert f"id-rows-{name}" in [fault.target for fault in form.faults]
        page_of(form)
        assert max(len(part.rows) for part in form.all_parts() if isinstance(part, Rows)) <= 100


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_values_in_the_fields(kind: str, data: st.DataObject) -> None:
    sent = sent_by(form_of(kind, base(kind)))
    value = st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            ["\x00", "\ud800", "9" * 400, "-1", "1e400", "nan", "∞", "{{", "{{}}", "{{\x00}}", "٣", "²", "on"]
        ),
    )
    for name in data.draw(st.lists(st.sampled_from(sorted(sent)), max_size=6)):
        sent.setlist(name, data.draw(st.lists(value, max_size=3)))
    if data.draw(st.booleans()):
        sent[
            data.draw(
                st.sampled_from(["rows-blanks-add", "rows-x-1-up", "rows-choices-999999-down", "rows-units-0-up"])
            )
        ] = ""
    form = form_of(kind, base(kind), data=sent)
    if form.is_valid():
        again = form_of(kind, form.record, data=sent_by(form_of(kind, form.record)))
        assert again.record == form.record
    page_of(form).encode()


def test_a_character_that_cannot_be_stored_is_a_fault_and_leaves_the_rest() -> None:
    for bad in ("\x00", "\ud800"):
        changes: dict[str, Any] = {"text-ko": f"앞{bad}뒤", "points": f"2{bad}"}
        form = form_of("numeric", base("numeric"), data=sent_by(form_of("numeric", base("numeric")), **changes))
        assert [fault.target for fault in form.faults] == ["id-text-ko", "id-points"]
        assert "앞뒤" in page_of(form)


def test_two_rows_with_one_key_keep_it_once() -> None:
    data = sent_by(form_of("ordering", base("ordering")))
    data["items-1-key"] = "a"
    items = form_of("ordering", base("ordering"), data=data).fields_of_record()["definition"]["items"]
    assert [item["key"] for item in items] == ["a", "b-2"]
    for bad in ("A b", "-", "x" * 101, "\x00"):
        data["items-1-key"] = bad
        assert len(form_of("ordering", base("ordering"), data=data).fields_of_record()["definition"]["items"]) == 2
