"""A question is tried before it is saved: as students see it, graded as students are graded."""

from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.lessons.rendering import CourseResolver, Names
from questions import KINDS
from tests.quizzes import every_kind
from tests.workspace.question_forms.records import RECORDS
from tests.workspace.question_forms.test_faults import base
from workspace.question_trials import Trial, try_it
from workspace.question_trials.unsaved_specs import build_unsaved_spec


def spec_of(record: dict[str, Any]) -> dict[str, Any]:
    return build_unsaved_spec(record, resolver=CourseResolver(Names("", "")))


def tried(record: dict[str, Any], response: dict[str, Any] | None = None, **more: str) -> Trial:
    """Return the trial of a question after it was answered on a page."""
    data = QueryDict(mutable=True)
    for name, value in every_kind.as_form({spec_of(record)["uuid"]: response or {}}).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    for name, value in more.items():
        data[name.replace("_", "-")] = value
    trial = try_it(record, data)
    assert trial is not None
    return trial


def page_of(trial: Trial | None) -> str:
    return render_to_string("workspace/_try_question.html", {"trial": trial, "LANGUAGE_CODE": "en"})


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_shown_and_graded(kind: str) -> None:
    record = base(kind)
    # A hand-in takes a text, unless it says otherwise.
    record["definition"] = {name: value for name, value in record.get("definition", {}).items() if name != "text"}
    asked = try_it(record)
    assert asked is not None
    assert asked.result is None
    assert f'name="{asked.question.uuid}' in page_of(asked)
    right = tried(record, right_response(record))
    assert right.result is not None
    assert right.result.outcome == ("pending" if KINDS[kind].by_person else "correct")
    assert right.result.points == ("0.00" if KINDS[kind].by_person else "1.50")
    page_of(right)


def right_response(record: dict[str, Any]) -> dict[str, Any]:
    if record["kind"] == "short_answer":
        return {"text": record["accept"][0]}
    if record["kind"] == "numeric":
        return {"text": "0.5 ms"}
    return every_kind.right(spec_of(record))


@pytest.mark.parametrize(
    ("kind", "response", "outcome", "points", "reason"),
    [
        ("single_choice", {}, "unanswered", "0.00", "Nothing was answered."),
        ("numeric", {"text": "0.8 ms"}, "incorrect", "0.00", "compared as 0.8, which is outside of the tolerance."),
        ("numeric", {"text": "0.0006 s"}, "correct", "1.50", "compared as 0.6000, which is within the tolerance."),
        ("numeric", {"text": "0.5"}, "incorrect", "0.00", "has no unit"),
        ("numeric", {"text": "0.5 km"}, "incorrect", "0.00", "is none of the question's"),
        ("numeric", {"text": "half"}, "incorrect", "0.00", "does not begin with a number"),
        ("short_answer", {"text": "가입니다"}, "correct", "1.50", "without the words and particles around it"),
        ("short_answer", {"text": "나"}, "incorrect", "0.00", "it is listed as wrong"),
        ("short_answer", {"text": "아주 가 같은 것"}, "pending", "0.00", "contains the words"),
    ],
)
def test_the_rule_that_decided_is_explained(
    kind: str, response: dict[str, Any], outcome: str, points: str, reason: str
) -> None:
    trial = tried(base(kind), response)
    assert trial.result is not None
    assert (trial.result.outcome, trial.result.points) == (outcome, points)
    assert any(reason in sentence for sentence in trial.reasons), trial.reasons
    assert all(str(sentence) in page_of(trial).replace("&#x27;", "'") for sentence in trial.reasons)


def test_an_answer_that_nobody_decides_on_says_so() -> None:
    record = {**base("short_answer"), "definition": {}}
    trial = tried(record, {"text": "아주 가 같은 것"}, try_lines="아주 가 같은 것\n가")
    assert trial.result is not None
    assert trial.result.outcome == "incorrect"
    assert any("it earns nothing" in sentence for sentence in trial.reasons)
    assert trial.lines is not None
    assert [(line.outcome, "it earns nothing" in line.reason) for line in trial.lines.tried] == [
        ("incorrect", True),
        ("correct", False),
    ]


def test_partly_right_answers_show_each_part() -> None:
    record = base("ordering")
    wrong = {"positions": {item["uuid"]: place for place, item in enumerate(spec_of(record)["items"][::-1], 1)}}
    trial = tried(record, wrong)
    assert trial.reasons[0] == "Right parts: 0 of 2."
    assert page_of(trial).count("is-wrong") == 2


def test_the_parts_are_explained_in_the_language_of_the_author() -> None:
    record = base("fill_in")
    answer = right_response(record)
    for author, words in (("en", ("Accepted",)), ("ko", ("인정", "정답"))):
        with translation.override(author):
            english, korean = (tried(record, answer, try_language=code) for code in ("en", "ko"))
        assert [part.reason for part in english.parts] == [part.reason for part in korean.parts]
        assert all(part.reason.startswith(words) for part in english.parts), [part.reason for part in english.parts]


def test_the_feedback_of_the_answer_is_shown_in_the_chosen_language() -> None:
    record = base("single_choice")
    record["choices"][1]["feedback"] = {"ko": "**아니요**", "en": "No"}
    answer = {"choice": spec_of(record)["choices"][1]["uuid"]}
    assert tried(record, answer, try_language="ko").feedback == ["<strong>아니요</strong>"]
    assert tried(record, answer, try_language="en").feedback == ["No"]
    with translation.override("ko"):
        assert tried(record, answer, try_language="xx").feedback == ["<strong>아니요</strong>"]


@pytest.mark.parametrize("kind", ["short_answer", "fill_in"])
def test_many_answers_are_tried_at_once(kind: str) -> None:
    trial = tried(base(kind), try_lines="가\r\n\r\n라", try_blank="no such blank")
    assert trial.result is None
    assert trial.lines is not None
    assert [(line.answer, line.outcome) for line in trial.lines.tried] == [("가", "correct"), ("라", "incorrect")]
    page = page_of(trial)
    assert "it matches none of the accepted answers" in page
    trial = tried(base(kind), try_lines="가\n" * 10_000)
    assert trial.lines is not None
    assert len(trial.lines.tried) == 100


def test_a_question_with_faults_cannot_be_tried_yet() -> None:
    record = {**base("fill_in"), "text": {"ko": "빈칸 없음"}}
    assert try_it(record) is None
    assert try_it({**base("numeric"), "definition": {}}) is None
    assert "As soon as nothing is wrong" in page_of(None)


def test_an_answer_that_does_not_fit_is_a_fault() -> None:
    for kind, response in [("single_choice", {"choice": "nothing"}), ("short_answer", {"text": "x" * 501})]:
        trial = tried(base(kind), response)
        assert trial.result is None
        assert trial.fault in page_of(trial)


@pytest.mark.parametrize("kind", RECORDS)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_any_question_can_be_tried_with_any_answer(kind: str, data: st.DataObject) -> None:
    record = data.draw(RECORDS[kind])
    trial = try_it(record)
    assert trial is not None
    uuid = trial.question.uuid
    sent = QueryDict(mutable=True)
    names = [
        uuid,
        *(f"{uuid}:{part['uuid']}" for parts in ("lefts", "items") for part in trial.question.body.get(parts, [])),
    ]
    for name in [*names, "try-lines", "try-blank", "try-language"]:
        sent.setlist(name, data.draw(st.lists(st.text(max_size=10), max_size=2)))
    again = try_it(record, sent)
    assert again is not None
    page_of(again).encode()


def test_links_of_the_course_lead_to_its_pages() -> None:
    record = {**base("short_answer"), "text": {"ko": "[여기](lesson:drift)"}}
    resolver = CourseResolver(Names("course", "ko", lessons={"drift": None}))
    trial = try_it(record, resolver=resolver)
    assert trial is not None
    assert 'href="/courses/course/lessons/drift/"' in trial.question.html
