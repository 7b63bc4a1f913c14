"""Practice by the API; tests/practice/test_pages.py tests the same for the pages."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Course, Enrolment
from practice import queue
from practice.models import PracticeAnswer, PracticeCard
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz, QuizOverride
from tests.api import Api, api_for
from tests.contract import check
from tests.factories import EnrolmentFactory, right_answers
from tests.practice.cards import make_check, take, wrong_answers
from tests.quizzes import every_kind
from tests.quizzes.every_kind import CANARY

DAY = timedelta(days=1)
UNKNOWN_UUID = "3f0e9a52-6d0c-4a47-9a43-0f5c3b8f1f11"


@pytest.fixture
def due(lesson: Activity, enrolment: Enrolment) -> Quiz:
    """Three cards of today: two single choice questions and a short answer."""
    quiz = make_check(lesson)
    take(quiz, enrolment, now=timezone.now() - 2 * DAY)
    return quiz


def path(card: dict[str, Any]) -> str:
    return f"review/cards/{card['uuid']}/turns/{card['turn']}"


def right(quiz: Quiz, card: dict[str, Any]) -> dict[str, Any]:
    return {str(question): response for question, response in right_answers(quiz).items()}[card["question"]]


def wrong(quiz: Quiz, card: dict[str, Any]) -> dict[str, Any]:
    return {str(question): response for question, response in wrong_answers(quiz).items()}[card["question"]]


def test_a_student_answers_all_questions_of_today(alice_api: Api, due: Quiz) -> None:
    today = alice_api.get("review")
    check("ReviewToday", today)
    for done in range(3):
        assert today["done"] == done
        assert today["total"] == 3
        card = today["card"]
        assert card["course"] == "statistics"
        assert card["turn"] == 2
        answered = alice_api.put(path(card), {"response": right(due, card)})
        check("CardAnswer", answered)
        assert answered["card"] == card["uuid"]
        assert answered["turn"] == 2
        assert answered["result"]["uuid"] == card["question"]
        assert answered["result"]["outcome"] == "correct"
        assert answered["comes_again_on"] > today["on"]
        assert answered["review"] == alice_api.get("review")
        today = answered["review"]
    assert today["card"] is None
    assert today["done"] == 3
    assert today["next_on"] == answered["comes_again_on"]


def test_a_wrong_answer_shows_the_solution(alice_api: Api, due: Quiz) -> None:
    card = alice_api.get("review")["card"]
    result = alice_api.put(path(card), {"response": wrong(due, card)})["result"]
    assert result["outcome"] == "incorrect"
    assert result["solution"]["choices"] == [right(due, card)["choice"]]
    assert result["feedback"][0]["html"] == "Feedback q0 1"


def test_a_student_can_say_that_they_do_not_know(alice_api: Api, due: Quiz) -> None:
    card = alice_api.get("review")["card"]
    answered = alice_api.put(path(card), {"response": None})
    check("CardAnswer", answered)
    assert answered["result"]["outcome"] == "unanswered"
    assert answered["result"]["solution"]


def test_answering_is_idempotent(alice_api: Api, due: Quiz) -> None:
    card = alice_api.get("review")["card"]
    first = alice_api.put(path(card), {"response": wrong(due, card)})
    assert alice_api.put(path(card), {"response": right(due, card)}) == first
    assert PracticeAnswer.objects.filter(attempt=None).count() == 1


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        ({"choice": UNKNOWN_UUID}, "unknown-choice"),
        ({"choice": None}, "nothing-answered"),
        ({"text": "x"}, "invalid-response"),
        ([], "invalid-response"),
        ("x", "invalid-response"),
    ],
)
def test_an_invalid_response_is_refused(alice_api: Api, due: Quiz, response: Any, problem: str) -> None:
    card = alice_api.get("review")["card"]
    refused = alice_api.put(path(card), {"response": response}, expect=400)
    assert refused["type"] == f"/problems/{problem}"
    assert refused["question"] == card["question"]
    assert alice_api.get("review")["card"] == card


@pytest.mark.parametrize("body", [{}, [], {"answer": 1}])
def test_an_invalid_body_is_refused(alice_api: Api, due: Quiz, body: Any) -> None:
    card = alice_api.get("review")["card"]
    assert alice_api.put(path(card), body, expect=400)["type"] == "/problems/invalid"


def test_an_answer_to_a_card_that_is_not_due_is_refused(alice_api: Api, due: Quiz) -> None:
    card = alice_api.get("review")["card"]
    for turn in (0, 1, 3, 10**30):
        problem = alice_api.put(path({**card, "turn": turn}), {"response": None}, expect=409)
        assert problem["type"] == "/problems/card-not-due"
    PracticeCard.objects.update(due_on=timezone.localdate() + DAY)
    today = alice_api.get("review")
    assert today["card"] is None
    assert today["total"] == 0
    assert today["done"] == 0
    assert today["next_on"] > today["on"]
    alice_api.put(path(card), {"response": None}, expect=409)


def test_cards_are_hidden_while_their_quiz_can_be_taken_again(alice_api: Api, quiz: Quiz, enrolment: Enrolment) -> None:
    take(quiz, enrolment, now=timezone.now() - 2 * DAY)
    take(quiz, enrolment, now=timezone.now() - 2 * DAY)
    nothing = alice_api.get("review")
    check("ReviewToday", nothing)
    assert nothing["card"] is None
    assert nothing["next_on"] is None
    take(quiz, enrolment, now=timezone.now() - 2 * DAY)
    card = alice_api.get("review")["card"]
    alice_api.put(path(card), {"response": None})
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_attempts=1, reason="ill")
    assert alice_api.get("review")["card"] is None
    # The stored answer and its solution are not returned either.
    assert alice_api.put(path(card), {"response": None}, expect=409)["type"] == "/problems/card-not-due"


def test_other_users_find_no_card_and_anonymous_users_get_401(
    api: Api, alice_api: Api, bob_api: Api, ines: User, course: Course, due: Quiz
) -> None:
    card = alice_api.get("review")["card"]
    api.get("review", expect=401)
    api.put(path(card), {"response": None}, expect=401)
    for stranger in (bob_api, api_for(ines), api_for(EnrolmentFactory(course=course).user)):
        assert stranger.get("review")["card"] is None
        stranger.put(path(card), {"response": None}, expect=404)
    alice_api.put(path({**card, "uuid": UNKNOWN_UUID}), {"response": None}, expect=404)
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
    alice_api.put(path(card), {"response": None}, expect=404)
    assert not PracticeAnswer.objects.filter(attempt=None).exists()


def test_questions_are_in_the_requested_language(alice_api: Api, due: Quiz) -> None:
    korean = alice_api.get("review", headers={"Accept-Language": "ko"})["card"]
    english = alice_api.get("review")["card"]
    assert korean["text"] == "질문 q0"
    assert korean["language"] == "ko"
    assert [choice["uuid"] for choice in korean["choices"]] == [choice["uuid"] for choice in english["choices"]]


def test_nothing_of_the_answer_key_is_sent_before_the_answer(alice_api: Api, quiz: Quiz, enrolment: Enrolment) -> None:
    """For every question kind, with a canary text in each answer key."""
    every_kind.fill(quiz)
    quiz.questions.update(lesson=f"lesson-1#{CANARY}")
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    publishing.publish(quiz)
    quiz.refresh_from_db()
    take(quiz, enrolment, every_kind.wrong_answers(quiz), now=timezone.now() - 2 * DAY)
    asked = set()
    with patch.object(queue, "DAILY_LIMIT", 9):
        card = alice_api.get("review")["card"]
        while card:
            check("Card", card)
            assert CANARY.encode() not in alice_api.response.content
            assert b"7391.25" not in alice_api.response.content
            alice_api.put(path(card), {"response": {}}, expect=400)
            assert CANARY.encode() not in alice_api.response.content
            result = alice_api.put(path(card), {"response": None})["result"]
            assert CANARY in str(result)
            asked.add(card["kind"])
            card = alice_api.get("review")["card"]
    assert asked == set(quiz.questions.values_list("kind", flat=True)) - {"hand_in"}


@pytest.mark.parametrize("count", [2, 200])
def test_query_counts_do_not_grow(alice_api: Api, lesson: Activity, enrolment: Enrolment, count: int) -> None:
    quiz = make_check(lesson, questions=count)
    take(quiz, enrolment, now=timezone.now() - 2 * DAY)
    card = alice_api.get("review")["card"]
    with CaptureQueriesContext(connection) as captured:
        alice_api.get("review")
    assert len(captured) == 4
    with CaptureQueriesContext(connection) as captured:
        alice_api.put(path(card), {"response": None})
    # With the number in the menu, which is one less now.
    assert len(captured) == 16
