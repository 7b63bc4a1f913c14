"""Whatever a form makes can be written as a course's file and read again, without a fault and equal."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from course_files.course.parsing import ParsedCourse
from course_files.files import Folder
from course_files.quizzes import exporting, parsing
from courses.lessons.rendering import CourseResolver, Names
from questions import KINDS
from tests.workspace.question_forms.browser import LESSONS, form_of, sent_by
from tests.workspace.question_forms.records import RECORDS
from tests.workspace.question_forms.test_faults import base

SLUGS = {place.partition("#")[0] for place, _title in LESSONS}


def read_again(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a question after an export and an import."""
    quiz = {"check": False, "intro": {}, "questions": ["q"], "archived": False, "rules": parsing.DEFAULT_RULES}
    if pool := record.get("pool"):
        quiz["rules"] = {**parsing.DEFAULT_RULES, "pools": {pool: 1}}
    files = exporting.quizzes_to_files(
        {("quiz", "quiz"): quiz, ("question", "quiz", "q"): record},
        {("course",): {"languages": ["ko", "en"]}, ("activity", "quiz"): {"archived": False, "title": {"ko": "가"}}},
    )
    folder = Folder(files)
    resolver = CourseResolver(Names("course", "ko", lessons=dict.fromkeys(SLUGS)))
    course = ParsedCourse(folder, languages=["ko", "en"], quizzes=["quiz"], resolver=resolver)
    records = parsing.parse_quizzes(folder, course).records
    assert folder.faults == []
    return records["question", "quiz", "q"]


@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_saved_question_survives_an_export(kind: str, data: st.DataObject) -> None:
    record = data.draw(RECORDS[kind])
    record["lesson"] = "drift"
    for choice in record.get("choices", []):
        choice["lesson"] = ""
    record.pop("pool", None)
    form = form_of(kind, record, data=sent_by(form_of(kind, record)))
    assert read_again(form.fields_of_record()) == {**record, "archived": False}


# What people write and paste, and what YAML, Markdown and the schemas are strict about.
TYPED = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "yes", "null", "~", "1", "- a", "a: b", "# a", " a", "'", '"', "|", "a\r\n\r\n  b", "\x07", "\x85", "\u2028",
            "e\u0301", "<i>", "[[a]]", "{{a}}", "{{과}}", "a\tb", "\u200b", "\ufdd0", "0.5", "1e3", "12", "-0", "%", "*a*",
            "\ufeff", "a" * 300, "1e-5", "-1e-18", "1e-19", "123456789012345678", "1234567890123456789", "1e17", "0.1e-3",
        ]
    ),
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_the_form_accepts_an_import_accepts(kind: str, data: st.DataObject) -> None:
    """The form may refuse what was typed. What it does not refuse must not be refused later."""
    sent: QueryDict = sent_by(form_of(kind, base(kind)))
    written = [name for name in sent if not name.startswith("rows-") and not name.endswith("-key") and name != "pool"]
    for name in data.draw(st.lists(st.sampled_from(sorted(written)), min_size=1, max_size=3)):
        sent[name] = data.draw(TYPED)
    form = form_of(kind, base(kind), data=sent)
    if form.is_valid():
        assert read_again(form.fields_of_record()) == form.fields_of_record()
