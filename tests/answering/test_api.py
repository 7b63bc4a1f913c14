"""What apps answer outside of attempts: questions in lessons, flags, and the cards of today."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Activity, Enrolment
from practice import queue
from practice.models import PracticeCard
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start, submit
from tests.api import Api
from tests.factories import QuizFactory, right_answers
from tests.practice.cards import make_check, take, wrong_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(lesson: Activity, enrolment: Enrolment) -> Quiz:
    return make_check(lesson)


def answers_of(quiz: Quiz, answers: Any) -> dict[str, Any]:
    return {str(name): response for name, response in answers(quiz).items()}


def test_a_question_in_a_lesson_is_answered_and_a_mistake_becomes_a_card(
    alice_api: Api, check: Quiz, lesson: Activity
) -> None:
    base = f"lessons/{lesson.uuid}/questions"
    asked = alice_api.get(base)["results"]
    right, wrong = answers_of(check, right_answers), answers_of(check, wrong_answers)
    assert {each["uuid"] for each in asked} == set(right)
    question = asked[0]["uuid"]
    assert alice_api.post(f"{base}/{question}", {"response": right[question]})["outcome"] == "correct"
    assert not PracticeCard.objects.exists()
    for _ in range(2):
        found = alice_api.post(f"{base}/{question}", {"response": wrong[question]})
        assert found["outcome"] == "incorrect"
        assert found["solution"]
    assert str(PracticeCard.objects.get().question) == question
    assert not Attempt.objects.exists()


def test_nothing_of_the_key_is_in_the_questions(alice_api: Api, check: Quiz, lesson: Activity) -> None:
    for question in alice_api.get(f"lessons/{lesson.uuid}/questions")["results"]:
        assert not {"correct", "accept", "solution", "feedback"} & (set(question) | set(question["body"]))
        assert all(set(choice) == {"uuid", "text", "html"} for choice in question["choices"])


def test_a_check_that_shows_no_answers_has_no_such_questions(alice_api: Api, check: Quiz, lesson: Activity) -> None:
    question = alice_api.get(f"lessons/{lesson.uuid}/questions")["results"][0]["uuid"]
    Quiz.objects.filter(pk=check.pk).update(show_answers=Quiz.ShowAnswers.NEVER)
    assert alice_api.get(f"lessons/{lesson.uuid}/questions")["results"] == []
    response = answers_of(check, right_answers)[question]
    alice_api.post(f"lessons/{lesson.uuid}/questions/{question}", {"response": response}, expect=404)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "invalid"), ({"response": {"pages": 3}}, "invalid-response"), ({"response": {"choice": None}}, "nothing-answered"),
        ({"response": {"choice": str(uuid4())}}, "unknown-choice"), ({"response": [7]}, "invalid-response"),
        ({"response": {"choice": "\0"}}, "unknown-choice"), ({"response": None}, "invalid"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(
    alice_api: Api, check: Quiz, lesson: Activity, body: dict[str, Any], problem: str
) -> None:
    asked = alice_api.get(f"lessons/{lesson.uuid}/questions")["results"]
    question = next(each["uuid"] for each in asked if each["kind"] == "single_choice")
    found = alice_api.post(f"lessons/{lesson.uuid}/questions/{question}", body, expect=400)
    assert found["type"] == f"/problems/{problem}"


def test_a_lesson_without_a_check_has_no_questions(alice_api: Api, enrolment: Enrolment, lesson: Activity) -> None:
    alice_api.get(f"lessons/{lesson.uuid}/questions", expect=404)
    alice_api.get(f"lessons/{uuid4()}/questions", expect=404)


def test_questions_are_flagged_until_the_attempt_is_over(alice_api: Api, quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    one, other = (each["uuid"] for each in attempt.public_questions[:2])
    base = f"attempts/{attempt.uuid}/flags"
    for question in (one, other, one):
        alice_api.put(f"{base}/{question}", {}, expect=204)
    assert set(alice_api.get(base)["questions"]) == {one, other}
    alice_api.delete(f"{base}/{one}", expect=204)
    alice_api.put(f"{base}/{uuid4()}", {}, expect=404)
    submit.submit(attempt=attempt, now=timezone.now())
    alice_api.put(f"{base}/{one}", {}, expect=204)
    assert alice_api.get(base)["questions"] == [other]


def test_all_cards_of_today_come_at_once(alice_api: Api, enrolment: Enrolment, lesson: Activity) -> None:
    take(make_check(lesson), enrolment)
    now = timezone.now()
    cards = queue.prepare_today(user=enrolment.user, now=now).cards
    found = alice_api.get("review/cards")
    assert found["on"] == enrolment.user.local_day(now).isoformat()
    assert [(each["uuid"], each["turn"]) for each in found["results"]] == [
        (str(card.uuid), card.next_turn) for card in cards
    ]
    assert found["results"][0]["question"] == alice_api.get("review")["card"]["question"]


def test_more_questions_and_cards_are_no_more_queries(alice_api: Api, enrolment: Enrolment, course: Any) -> None:
    counts = []
    for number, lesson in enumerate(course.activities.filter(kind=Activity.Kind.LESSON)[:2]):
        quiz = QuizFactory(activity=lesson, questions=1 if number == 0 else 4)
        take(quiz, enrolment, now=timezone.now() - timedelta(days=2))
        alice_api.get("review/cards")
        alice_api.get(f"lessons/{lesson.uuid}/questions")
        of_lesson = []
        for address in ("review/cards", f"lessons/{lesson.uuid}/questions"):
            with CaptureQueriesContext(connection) as queries:
                alice_api.get(address)
            of_lesson.append(len(queries))
        counts.append(of_lesson)
    assert counts[0] == counts[1]
