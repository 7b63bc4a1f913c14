"""The admin forms of quizzes refuse invalid rules with a message and save nothing."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from course_files import plain_yaml
from courses.models import Cohort, Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz, QuizDates, QuizOverride
from quizzes.questions import KINDS
from quizzes.taking import start, submit
from tests.factories import ActivityFactory

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def shown(page: Any) -> dict[str, Any]:
    """The data that a browser would submit for a form as it is shown."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is True:
                data[bound.html_name] = "on"
            elif value is not None and value is not False:
                data[bound.html_name] = str(value)
    return data


def send(client: Client, address: str, **changed: str) -> HttpResponse:
    data = {**shown(client.get(address, headers=EN)), "_continue": "1", **changed}
    return client.post(address, data, headers=EN)  # type: ignore[return-value]


def page_of(row: Quiz | Question) -> str:
    return reverse(f"admin:quizzes_{row._meta.model_name}_change", args=[row.pk])


def faults(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    errors = dict(answer.context["adminform"].form.errors)
    for inline in answer.context["inline_admin_formsets"]:
        for form_errors in inline.formset.errors:
            errors |= form_errors
    return errors


@pytest.mark.parametrize(
    "pools",
    ["rubbish", "[1, 2]", '"x"', "7", '{"a": "b"}', '{"a": -1}', '{"a": 0}', '{"a": 1.5}', '{"a": null}', '{"a": true}',
     '{"a": {"b": 1}}', '{"a": 99999999999999999999}', '{"한글": 1}', "NaN", '{"a": Infinity}'],
)  # fmt: skip
def test_invalid_pools_are_refused(quiz: Quiz, ines_client: Client, pools: str) -> None:
    assert list(faults(send(ines_client, page_of(quiz), pools=pools))) == ["pools"]
    quiz.refresh_from_db()
    assert quiz.pools == {}


@pytest.mark.parametrize("name", ["pools", "definition"])
@pytest.mark.parametrize("rubbish", ['{"a": ' + "9" * 5000 + "}", "[" * 100_000], ids=["digits", "brackets"])
def test_json_that_python_cannot_parse_is_refused(quiz: Quiz, ines_client: Client, name: str, rubbish: str) -> None:
    page = page_of(quiz if name == "pools" else quiz.questions.get(key="short"))
    assert faults(send(ines_client, page, **{name: rubbish})) == {name: ["Enter a valid JSON."]}


@pytest.mark.parametrize(("typed", "pools"), [("null", {}), ("", {}), ('{"a": 2.0}', {"a": 2}), ('{"a": 3}', {"a": 3})])
def test_pools_are_stored_as_whole_numbers(quiz: Quiz, ines_client: Client, typed: str, pools: dict[str, int]) -> None:
    assert send(ines_client, page_of(quiz), pools=typed).status_code == 302
    quiz.refresh_from_db()
    assert quiz.pools == pools
    assert all(isinstance(wanted, int) for wanted in quiz.pools.values())


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        ("time_limit", "0", "0 is less than 1."),
        ("time_limit", "99999999999", "99999999999 is more than 10000."),
        ("attempts_allowed", "0", "0 is less than 1."),
        ("attempts_allowed", "99999999999", "99999999999 is more than 1000."),
        ("pass_mark", "101", "101 is more than 100."),
    ],
)
def test_a_rule_out_of_range_is_refused(quiz: Quiz, ines_client: Client, rule: str, value: str, sentence: str) -> None:
    assert faults(send(ines_client, page_of(quiz), **{rule: value})) == {rule: [sentence]}


@pytest.mark.parametrize(
    ("dates", "at_fault", "sentence"),
    [
        ({"opens_at": "2026-12-02", "due_at": "2026-12-01"}, "due_at", "The due date must be after the opening."),
        ({"opens_at": "2026-12-02", "closes_at": "2026-12-02"}, "closes_at", "The closing must be after the opening."),
        (
            {"due_at": "2026-12-02", "closes_at": "2026-12-01"},
            "closes_at",
            "The closing must not be before the due date.",
        ),
        ({"due_at": "0001-01-01"}, "due_at", "The year is before 2000."),
    ],
)
def test_dates_must_be_in_order_for_quizzes_and_overrides(
    quiz: Quiz,
    course: Course,
    enrolment: Enrolment,
    ines_client: Client,
    dates: dict[str, str],
    at_fault: str,
    sentence: str,
) -> None:
    typed = {f"{name}_{part}": text for name, day in dates.items() for part, text in ((0, day), (1, "10:00"))}
    assert faults(send(ines_client, page_of(quiz), **typed)) == {at_fault: [sentence]}
    cohort = Cohort.objects.create(course=course, name="Autumn")
    of_cohort = {f"dates-0-{name}": text for name, text in typed.items()}
    answer = send(
        ines_client, page_of(quiz), **{"dates-TOTAL_FORMS": "1", "dates-0-cohort": str(cohort.pk)}, **of_cohort
    )
    assert faults(answer) == {at_fault: [sentence]}
    granted = {"quiz": str(quiz.pk), "enrolment": str(enrolment.pk), "reason": "ill"}
    answer = send(ines_client, reverse("admin:quizzes_quizoverride_add"), **granted, **typed)
    assert faults(answer) == {at_fault: [sentence]}
    assert not QuizDates.objects.exists()
    assert not QuizOverride.objects.exists()


def test_an_override_out_of_range_is_refused(quiz: Quiz, enrolment: Enrolment, ines_client: Client) -> None:
    granted = {"quiz": str(quiz.pk), "enrolment": str(enrolment.pk), "reason": "ill"}
    page = reverse("admin:quizzes_quizoverride_add")
    answer = send(ines_client, page, **granted, extra_minutes="99999999999999", extra_attempts="1001")
    assert set(faults(answer)) == {"extra_minutes", "extra_attempts"}
    assert send(ines_client, page, **granted, extra_minutes="10000", extra_attempts="1000").status_code == 302


def test_a_closing_date_in_the_past_ends_running_attempts_now(
    quiz: Quiz, enrolment: Enrolment, ines_client: Client
) -> None:
    before = datetime.now(UTC)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=before)
    past = {"closes_at_0": "2025-12-01", "closes_at_1": "10:00"}
    sentence = (
        "1 student is in the middle of an attempt, which this would end at once: Alice. Choose a later moment, or tick "
        "“end running attempts”."
    )
    assert faults(send(ines_client, page_of(quiz), **past)) == {"closes_at": [sentence]}
    due = {"due_at_0": "2025-12-01", "due_at_1": "10:00"}
    assert send(ines_client, page_of(quiz), **due).status_code == 302
    assert faults(send(ines_client, page_of(quiz), **due, late_rule="refuse")) == {"late_rule": [sentence]}
    attempt.refresh_from_db()
    assert attempt.deadline is None
    assert send(ines_client, page_of(quiz), **past, ends_running="on").status_code == 302
    attempt.refresh_from_db()
    assert attempt.deadline is not None
    assert before <= attempt.deadline <= datetime.now(UTC)
    assert submit.expire_overdue(now=attempt.deadline + timedelta(minutes=11)) == 1
    attempt.refresh_from_db()
    assert attempt.submitted_at is not None
    assert attempt.submitted_at >= attempt.started_at


def test_a_closing_date_that_ends_no_attempt_needs_no_confirmation(
    quiz: Quiz, enrolment: Enrolment, ines_client: Client
) -> None:
    past = {"closes_at_0": "2025-12-01", "closes_at_1": "10:00"}
    assert send(ines_client, page_of(quiz), **past).status_code == 302
    # An attempt whose time is up counts as ended, even if the sweep has not submitted it yet.
    send(ines_client, page_of(quiz), closes_at_0="", closes_at_1="")
    attempt = start.start(quiz=Quiz.objects.get(pk=quiz.pk), enrolment=enrolment, now=datetime.now(UTC))
    Attempt.objects.filter(pk=attempt.pk).update(deadline=datetime.now(UTC) - timedelta(minutes=1))
    assert send(ines_client, page_of(quiz), **past).status_code == 302


# --- Questions ----------------------------------------------------------------------------------------------------


def test_an_archiving_date_before_2000_is_refused(quiz: Quiz, ines_client: Client) -> None:
    question = quiz.questions.get(key="short")
    answer = send(ines_client, page_of(question), archived_at_0="0001-01-01", archived_at_1="00:00")
    assert faults(answer) == {"archived_at": ["The year is before 2000."]}
    assert send(ines_client, page_of(question), archived_at_0="2026-01-01", archived_at_1="00:00").status_code == 302


def test_a_quiz_shows_the_faults_that_prevent_publishing(quiz: Quiz, ines_client: Client) -> None:
    words = "Students get version 1 until these faults are corrected:"
    page = ines_client.get(page_of(quiz), headers={"Accept-Language": "en"})
    assert words not in page.text
    assert "Version 1" in page.text
    quiz.questions.get(key="short").answers.all().delete()
    for _ in range(2):
        page = ines_client.get(page_of(quiz), headers={"Accept-Language": "en"})
        assert words in page.text
        assert "short:" in page.text


@pytest.mark.parametrize(
    ("kind", "choices", "answers"), [("single_choice", 4, 0), ("short_answer", 0, 2), ("numeric", 0, 0)]
)
def test_without_script_the_form_has_empty_rows(
    quiz: Quiz, ines_client: Client, kind: str, choices: int, answers: int
) -> None:
    question = quiz.questions.get(key="short")
    question.answers.all().delete()
    type(question).objects.filter(pk=question.pk).update(kind=kind)
    formsets = ines_client.get(page_of(question)).context["inline_admin_formsets"]
    assert [len(each.formset.extra_forms) for each in formsets] == [choices, answers]
    formsets = ines_client.get(reverse("admin:quizzes_question_add")).context["inline_admin_formsets"]
    assert [len(each.formset.extra_forms) for each in formsets] == [4, 2]
    formsets = ines_client.get(page_of(quiz.questions.get(key="q0"))).context["inline_admin_formsets"]
    assert [len(each.formset.extra_forms) for each in formsets] == [1, 0]


def test_the_form_shows_valid_examples_of_definitions(quiz: Quiz, ines_client: Client) -> None:
    question = quiz.questions.get(key="short")
    type(question).objects.filter(pk=question.pk).update(kind="numeric")

    def examples(address: str) -> list[dict[str, Any]]:
        page = ines_client.get(address, headers=EN)
        help_text = page.context["adminform"].form.fields["definition"].help_text
        return [json.loads(html.unescape(each)) for each in re.findall(r"<pre>(.*?)</pre>", help_text, re.DOTALL)]

    [numeric] = examples(page_of(question))
    assert numeric["value"] == 250
    every = examples(reverse("admin:quizzes_question_add"))
    assert every == [plain_yaml.load(kind.example).value for kind in KINDS.values() if kind.example]
    # The shown examples can be saved.
    assert send(ines_client, page_of(question), definition=json.dumps(numeric)).status_code == 302


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_numbers_that_json_does_not_allow_are_refused(quiz: Quiz, ines_client: Client, value: str) -> None:
    question = quiz.questions.get(key="short")
    said = faults(send(ines_client, page_of(question), kind="numeric", definition=f'{{"value": {value}}}'))
    assert "A number is expected" in str(said["definition"])


def test_an_unknown_kind_with_a_list_is_refused(quiz: Quiz, ines_client: Client) -> None:
    question = quiz.questions.get(key="short")
    assert "kind" in faults(send(ines_client, page_of(question), kind="evil", definition="[1]"))


def test_a_question_needs_points(quiz: Quiz, ines_client: Client) -> None:
    question = quiz.questions.get(key="short")
    said = faults(send(ines_client, page_of(question), points="0"))
    assert "A question is worth more than 0 points." in str(said)


def test_moving_a_question_removes_it_from_the_other_quiz(quiz: Quiz, course: Course, ines_client: Client) -> None:
    other = Quiz.objects.create(activity=ActivityFactory(course=course, kind="quiz", slug="other"))
    publishing.publish(other)
    question = quiz.questions.get(key="short")
    assert send(ines_client, page_of(question), quiz=str(other.pk)).status_code == 302
    for row, is_asked in ((quiz, False), (other, True)):
        row.refresh_from_db()
        assert row.current_version is not None
        asked = [view["uuid"] for view in row.current_version.content["questions"]]
        assert (str(question.uuid) in asked) == is_asked
