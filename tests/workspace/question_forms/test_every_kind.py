"""Each question kind has a form; a kind that is added without one works all the same."""

import copy
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current

import questions
from questions import KINDS, kinds
from tests.questions.test_new_kind import shown
from tests.workspace.question_forms.browser import form_of, page_of, sent_by
from tests.workspace.question_forms.test_round_trip import WHOLE
from workspace.question_forms.generic import GenericForm
from workspace.question_forms.registry import FORMS


def test_every_kind_has_a_form_and_a_template_of_its_own() -> None:
    assert set(FORMS) == set(KINDS)
    for kind in KINDS:
        form = form_of(kind)
        assert form.template == f"workspace/question_forms/_{kind}.html"
        page_of(form)


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_of_a_kind_shows_every_part(kind: str) -> None:
    form = form_of(
        kind, {"kind": kind, "points": "1.50", "text": {"ko": "{{a}} {{b}} {{c}}"}, "definition": WHOLE[kind]}
    )
    page = page_of(form)
    for part in form.all_parts():
        assert f'id="{part.id}"' in page


@pytest.fixture
def true_false(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The kind of docs/question-kinds.md: a module and a template, and nothing in the workspace."""
    (tmp_path / "true_false.py").write_text(shown("python"), encoding="utf-8")
    (tmp_path / "quizzes" / "kinds").mkdir(parents=True)
    (tmp_path / "quizzes" / "kinds" / "_true_false.html").write_text(shown("html"), encoding="utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "questions.kinds.true_false", raising=False)
    monkeypatch.setitem(KINDS, "true_false", questions.find_kinds()["true_false"])
    templates: list[dict[str, Any]] = copy.deepcopy(current.TEMPLATES)
    templates[0]["DIRS"] = [tmp_path, *templates[0]["DIRS"]]
    settings.TEMPLATES = templates


@pytest.mark.usefixtures("true_false")
def test_a_kind_without_a_form_is_written_by_its_schema() -> None:
    form = form_of("true_false")
    assert isinstance(form, GenericForm)
    for sent, holds in (("1", True), (None, False)):
        made = form_of("true_false", data=sent_by(form, "", **{"text-ko": "참인가요?", "setting-holds": sent}))
        assert made.fields_of_record()["definition"] == {"holds": holds}
    record = made.fields_of_record()
    assert form_of("true_false", record, data=sent_by(form_of("true_false", record))).fields_of_record() == record


@pytest.mark.parametrize("kind", KINDS)
def test_the_general_form_keeps_what_it_cannot_show(kind: str) -> None:
    """The form that a kind with any schema would get, tried with the kinds there are."""
    record: dict[str, Any] = {
        "kind": kind, "points": "1.50", "lesson": "", "text": dict.fromkeys(("ko", "en"), "{{a}} {{b}} {{c}}"), "archived": False,
    }  # fmt: skip
    record |= {"definition": WHOLE[kind]} if WHOLE[kind] else {}
    options: dict[str, Any] = {"languages": ("ko", "en")}
    if KINDS[kind].rows == "choices":
        record["choices"] = [
            {"key": key, "correct": key == "a", "text": {"ko": key}, "feedback": {}, "lesson": ""} for key in "ab"
        ]
    else:
        record["feedback"] = {"correct": {}, "incorrect": {}}
    if KINDS[kind].rows == "answers":
        record |= {"accept": ["a"], "known_wrong": []}
    changes: dict[str, Any] = {"feedback-correct-ko": "네"} if "feedback" in record else {}
    form = GenericForm(kind, record, **options, data=sent_by(GenericForm(kind, record, **options), **changes))
    assert form.is_valid(), form.faults
    assert form.fields_of_record().get("definition", {}) == WHOLE[kind]
