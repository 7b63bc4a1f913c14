"""What is wrong is said where it is wrong, in the reader's language, and without a path into JSON."""

from typing import Any

import pytest
from django.utils import translation

from common.markup import markdown
from questions import KINDS
from tests.workspace.question_forms.browser import form_of, page_of, sent_by
from tests.workspace.question_forms.test_round_trip import WHOLE
from workspace.question_forms import QuestionForm


def base(kind: str) -> dict[str, Any]:
    """A valid question."""
    fields = {
        "kind": kind,
        "lesson": "",
        "text": {"ko": "{{a}} {{b}} {{c}}", "en": "{{a}} {{b}} {{c}}"},
        "archived": False,
    }
    fields |= {"points": "1.50", **({"definition": WHOLE[kind]} if WHOLE[kind] else {})}
    if KINDS[kind].rows != "choices":
        fields["feedback"] = {"correct": {}, "incorrect": {}}
    else:
        texts = {"ko": "가", "en": "a"}
        row = {"text": texts, "feedback": {}, "lesson": ""}
        fields["choices"] = [{"key": "a", "correct": True, **row}, {"key": "b", "correct": False, **row}]
    if KINDS[kind].rows == "answers":
        fields |= {"accept": ["가"], "known_wrong": [{"answers": ["나"], "feedback": {"ko": "아니요"}}]}
    return fields


def changed(kind: str, changes: dict[str, str | list[str] | None], **options: Any) -> QuestionForm:
    fields = base(kind)
    return form_of(kind, fields, data=sent_by(form_of(kind, fields), "", **changes), **options)


class Nowhere(markdown.NoResolver):
    """A course with one lesson."""

    def lesson(self, slug: str, heading: str) -> str | None:
        return "/lesson/" if slug == "drift" else None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a <b>bold</b> word", "HTML is not allowed; it would be shown as plain text."),
        ("# Title", "The title is the page's only heading of this level: begin at ##."),
        ("[here](lesson:gone)", "This link leads nowhere: lesson:gone"),
        ("[[no-term|word]]", "“no-term” is not in the glossary."),
        ("[here](lesson:drift)", ""),
    ],
)
def test_a_text_that_an_import_would_refuse_is_a_fault(text: str, message: str) -> None:
    for name in ("text-en", "items-1-text-en", "feedback-correct-en"):
        changes: dict[str, str | list[str] | None] = {name: text, "feedback-correct-ko": "네"}
        form = changed("ordering", changes, resolver=Nowhere())
        assert [(fault.target, fault.message) for fault in form.faults] == (
            [(f"id-{name}", message)] if message else []
        )


CASES: list[tuple[str, dict[str, str | list[str] | None], list[str]]] = [
    ("single_choice", {"text-ko": ""}, ["id-text-ko"]),
    ("single_choice", {"text-ko": "", "text-en": "\n "}, ["id-text-ko"]),
    ("single_choice", {"choices-0-feedback-en": "yes"}, ["id-choices-0-feedback-ko"]),
    ("single_choice", {"choices-correct": None}, ["id-rows-choices"]),
    ("single_choice", {"rows-choices": "0"}, ["id-rows-choices"]),
    ("single_choice", {"points": "0"}, ["id-points"]),
    ("single_choice", {"points": "1.005"}, ["id-points"]),
    ("single_choice", {"points": "10000"}, ["id-points"]),
    ("single_choice", {"points": "much"}, ["id-points"]),
    ("single_choice", {"points": ""}, ["id-points"]),
    ("single_choice", {"lesson": "no-such-lesson"}, ["id-lesson"]),
    ("single_choice", {"pool": "no-such-pool"}, ["id-pool"]),
    ("multiple_choice", {"choices-correct": None}, ["id-rows-choices"]),
    ("multiple_choice", {"credit": "much"}, ["id-credit"]),
    ("short_answer", {"accept-0-text": ""}, ["id-rows-accept"]),
    ("short_answer", {"accept-0-text": "- -"}, ["id-accept-0-text"]),
    ("short_answer", {"accept-0-text": "x" * 201}, ["id-accept-0-text"]),
    ("short_answer", {"known_wrong-0-answers": "다\n가 \n라"}, ["id-known_wrong-0-answers"]),
    ("short_answer", {"known_wrong-0-answers": "x\n" + "y" * 201}, ["id-known_wrong-0-answers"]),
    ("short_answer", {"known_wrong-0-answers": ""}, ["id-known_wrong-0-answers"]),
    ("numeric", {"value": ""}, ["id-value"]),
    ("numeric", {"value": "12 ms"}, ["id-value"]),
    ("numeric", {"tolerance": "-1"}, ["id-tolerance"]),
    ("numeric", {"value": "1e999"}, ["id-value"]),
    ("numeric", {"value": "9" * 5000}, ["id-value"]),
    ("numeric", {"value": "9" * 20}, ["id-value"]),
    ("numeric", {"tolerance": "1e-19"}, ["id-tolerance"]),
    ("numeric", {"unit": ""}, ["id-unit"]),
    ("numeric", {"units-0-factor": "0"}, ["id-units-0-factor"]),
    ("numeric", {"units-0-name": "µs"}, ["id-units-1-name"]),
    ("numeric", {"units-0-name": " m s "}, [""]),
    ("ordering", {"items-1-text-ko": ""}, ["id-items-1-text-ko"]),
    ("ordering", {"items-1-text-en": "x" * 4001}, ["id-items-1-text-en"]),
    ("ordering", {"rows-items": ["1"]}, ["id-rows-items"]),
    ("matching", {"pairs-0-right-ko": ""}, ["id-pairs-0-right-ko"]),
    ("matching", {"distractors-0-text-ko": ""}, ["id-distractors-0-text-ko"]),
    ("fill_in", {"blanks-0-accept": ""}, ["id-blanks-0-accept"]),
    ("fill_in", {"blanks-0-accept": "가\n--"}, ["id-blanks-0-accept"]),
    ("hand_in", {"rubric-0-points": ""}, ["id-rubric-0-points"]),
    ("hand_in", {"rubric-0-points": "12.345"}, ["id-rubric-0-points"]),
    ("hand_in", {"files-max": "11"}, ["id-files-max"]),
    ("hand_in", {"files-max": "1.5"}, ["id-files-max"]),
    ("hand_in", {"files-max": "0"}, ["id-takes_text", "id-files-max"]),
]


@pytest.mark.parametrize(("kind", "changes", "places"), CASES)
def test_a_fault_is_said_at_its_place(kind: str, changes: dict[str, Any], places: list[str]) -> None:
    messages: dict[str, list[str]] = {}
    for language in ("en", "ko"):
        with translation.override(language):
            form = changed(kind, changes)
            assert not form.is_valid()
            assert [fault.target for fault in form.faults] == places
            page = page_of(form)
            for place in filter(None, places):
                # The summary above the form links to it, and it names its fault.
                assert f'href="#{place}"' in page
                assert f'id="{place}-fault"' in page
            messages[language] = [fault.message for fault in form.faults]
    for message in messages["en"]:
        assert "definition" not in message
        assert ".0" not in message


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_question_has_no_fault(kind: str) -> None:
    assert changed(kind, {}).is_valid()
    assert "qf-fault" not in page_of(changed(kind, {}))


def test_a_lesson_check_asks_nothing_that_waits_for_a_person() -> None:
    assert [fault.target for fault in changed("short_answer", {}, is_check=True).faults] == ["id-near_misses"]
    assert changed("short_answer", {"near_misses": "reject"}, is_check=True).is_valid()
    assert [fault.target for fault in changed("hand_in", {}, is_check=True).faults] == [""]


def test_a_check_offers_no_pool() -> None:
    assert "pool" not in form_of("numeric", is_check=True).last
    assert "pool" in form_of("numeric").last


def test_an_invalid_form_has_no_record_to_save() -> None:
    with pytest.raises(ValueError, match="not valid"):
        changed("numeric", {"value": ""}).fields_of_record()
    with pytest.raises(ValueError, match="not valid"):
        form_of("numeric").fields_of_record()


def test_more_wrong_answers_than_are_offered_are_kept() -> None:
    groups = [{"answers": [f"wrong {n}"], "feedback": {"ko": f"{n}"}} for n in range(51)]
    groups.append({"answers": [f"other {n}" for n in range(101)], "feedback": {}})
    record = {**base("short_answer"), "known_wrong": groups}
    form = form_of("short_answer", record, data=sent_by(form_of("short_answer", record)))
    assert form.is_valid(), form.faults
    assert form.fields_of_record() == record
