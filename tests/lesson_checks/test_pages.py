"""A lesson's check: ungraded, every kind of question that a machine grades, feedback at once, once however often pressed."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses import gradebook
from courses.models import Activity, Enrolment, ProgressEvent
from questions import KINDS
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.grading.models import AttemptGrade
from quizzes.taking import save, start
from tests.factories import right_answers
from tests.practice.cards import MONDAY, make_check, take, wrong_answers
from tests.quizzes import every_kind

PAGE = "/courses/statistics/lessons/lesson-1/check/"


@pytest.fixture
def check(lesson: Activity, enrolment: Enrolment) -> Quiz:
    return make_check(lesson)


@pytest.fixture
def every(lesson: Activity, enrolment: Enrolment) -> Quiz:
    """A check with a question of every kind but the hand-in."""
    quiz = make_check(lesson)
    every_kind.fill(quiz, without={"hand_in"})
    quiz.refresh_from_db()
    return quiz


def form(quiz: Quiz, responses: dict[Any, dict[str, Any]], number: int | str = 1) -> dict[str, Any]:
    """Responses as the page sends them."""
    data: dict[str, Any] = {"number": number}
    for question, response in responses.items():
        [(_name, value)] = response.items()
        if isinstance(value, dict):
            data |= {f"{question}:{part}": each for part, each in value.items()}
        else:
            data[str(question)] = value
    return data


def right_of_every_kind(quiz: Quiz) -> dict[str, dict[str, Any]]:
    assert quiz.current_version
    return {uuid: every_kind.right(spec) for uuid, spec in quiz.current_version.answer_key.content.items()}


def test_every_kind_of_question_gets_feedback_at_once(alice_client: Client, every: Quiz, enrolment: Enrolment) -> None:
    page = alice_client.get(PAGE).text
    for view in every.current_version.content["questions"]:  # type: ignore[union-attr]
        assert f'data-question="{view["uuid"]}"' in page
    assert every_kind.CANARY not in page
    result = alice_client.post(PAGE, form(every, right_of_every_kind(every)), follow=True)
    assert result.redirect_chain[0][0].endswith("/result/")
    assert "100%" in result.text
    assert "Practice, does not count" in result.text
    assert f"{every_kind.CANARY} yes" in result.text
    wrong = alice_client.post(PAGE, form(every, every_kind.wrong_answers(every), 2), follow=True)
    assert f"{every_kind.CANARY} no" in wrong.text
    assert f"{every_kind.CANARY} accepted" in wrong.text
    points = Attempt.objects.get(number=2).points
    # One of three items is in its right position.
    assert points is not None
    assert Decimal("0.99") <= points <= Decimal("1.00")
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 0
    assert gradebook.course_percent(gradebook.get_item_grades(enrolment)) is None
    assert not ProgressEvent.objects.exists()
    assert not enrolment.grade_changes.exists()


@pytest.mark.parametrize("show", [each for each in Quiz.ShowAnswers.values if each != "never"])
def test_feedback_is_shown_at_once_under_every_policy_but_never(alice_client: Client, check: Quiz, show: str) -> None:
    Quiz.objects.filter(pk=check.pk).update(show_answers=show)
    result = alice_client.post(PAGE, form(check, wrong_answers(check)), follow=True)
    assert "Feedback q0 1" in result.text
    assert "Data Drift" in result.text


def test_feedback_is_not_shown_if_the_policy_is_never(alice_client: Client, check: Quiz) -> None:
    Quiz.objects.filter(pk=check.pk).update(show_answers="never")
    result = alice_client.post(PAGE, form(check, wrong_answers(check)), follow=True)
    assert "Data Drift" not in result.text
    assert "Feedback q0 1" not in result.text


def test_a_double_click_is_one_attempt(alice_client: Client, check: Quiz) -> None:
    number = 1
    for _ in range(2):
        sent = form(check, right_answers(check), number)
        assert f'name="number" value="{number}"' in alice_client.get(PAGE).text
        first = alice_client.post(PAGE, sent)
        again = alice_client.post(PAGE, {**sent, str(check.questions.get(key="short").uuid): "other"})
        assert first.headers["Location"] == again.headers["Location"]
        assert Attempt.objects.count() == AttemptGrade.objects.count() == number
        number += 1
    assert {attempt.percent for attempt in Attempt.objects.all()} == {100}


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 5000, "99"])
def test_a_form_that_names_no_attempt_starts_one(alice_client: Client, check: Quiz, number: str) -> None:
    result = alice_client.post(PAGE, form(check, right_answers(check), number), follow=True)
    assert "100%" in result.text
    assert Attempt.objects.get().number == 1


def test_an_invalid_answer_is_named_and_the_others_are_saved(alice_client: Client, check: Quiz) -> None:
    short = str(check.questions.get(key="short").uuid)
    sent = form(check, right_answers(check))
    page = alice_client.post(PAGE, {**sent, short: "x" * 501})
    assert page.status_code == 400
    assert "The answer is too long" in page.text
    assert len(re.findall(r"\schecked\s*>", page.text)) == 2
    assert 'name="number" value="1"' in page.text
    result = alice_client.post(PAGE, sent, follow=True)
    assert "100%" in result.text
    assert Attempt.objects.count() == 1


def test_an_attempt_started_in_the_app_continues_with_its_own_questions(
    alice_client: Client, check: Quiz, enrolment: Enrolment
) -> None:
    begun = start.start(quiz=check, enrolment=enrolment, now=MONDAY)
    short = check.questions.get(key="short")
    save.save_answer(attempt=begun, question=short.uuid, response={"text": "from the app"}, now=MONDAY)
    Question.objects.filter(key="q0").update(text_en="Asked anew")
    publishing.publish(check)
    page = alice_client.get(PAGE).text
    assert 'value="from the app"' in page
    assert "Question q0" in page
    assert "Asked anew" not in page
    alice_client.post(PAGE, form(check, right_answers(check)))
    assert Attempt.objects.get().percent == 100
    assert "Asked anew" in alice_client.get(PAGE).text


def test_a_check_with_a_question_that_a_person_may_grade_is_not_published(quiz: Quiz, check: Quiz) -> None:
    for made in (check, quiz):
        made.questions.filter(key="short").update(definition={"near_misses": "review"})
        every_kind.add(made, "hand_in")
    publishing.publish(quiz)
    with pytest.raises(publishing.UnpublishableQuiz) as refused:
        publishing.publish(check)
    assert [key for key, _sentence in refused.value.faults] == ["short", "hand-in"]
    assert "may wait for a person" in str(refused.value)


@pytest.mark.parametrize("count", [2, 200])
def test_query_counts_do_not_grow(alice_client: Client, check: Quiz, enrolment: Enrolment, count: int) -> None:
    for _ in range(count):
        take(check, enrolment)
    alice_client.get(PAGE)
    with CaptureQueriesContext(connection) as captured:
        alice_client.get(PAGE)
    assert len(captured) == 5


def test_every_kind_reads_the_form_that_its_page_sends(every: Quiz) -> None:
    """The form of these tests is the browser's: each kind reads back the response that it was made of."""
    sent = QueryDict(mutable=True)
    for name, value in form(every, right_of_every_kind(every)).items():
        sent.setlist(name, value if isinstance(value, list) else [str(value)])
    for view in every.current_version.content["questions"]:  # type: ignore[union-attr]
        kind = KINDS[view["kind"]]
        assert kind.read_response(view, kind.from_form(view, sent)) == kind.read_response(
            view, right_of_every_kind(every)[view["uuid"]]
        )
