"""Questions in lessons, flags, questions to others and messages, done without a network."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Message, User
from courses.models import Activity, Enrolment
from discussions import posting
from discussions.models import Post
from practice.models import PracticeCard
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start, submit
from tests.api import Api, api_for
from tests.factories import EnrolmentFactory, UserFactory, right_answers
from tests.practice.cards import make_check, wrong_answers
from tests.sync.sending import operation, send, statuses

pytestmark = pytest.mark.django_db


def types(results: list[dict[str, Any]]) -> list[str]:
    return [result["problem"]["type"].removeprefix("/problems/") for result in results]


def test_a_question_in_a_lesson_is_answered_and_a_mistake_becomes_a_card(
    alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    check = make_check(lesson)
    (one, other), at = list(right_answers(check))[:2], str(lesson.uuid)
    right = operation("check_answer", lesson=at, question=str(one), response=right_answers(check)[one])
    wrong = operation("check_answer", lesson=at, question=str(other), response=wrong_answers(check)[other])
    results = send(alice_api, right, wrong, wrong)
    assert [result["status"] for result in results] == ["applied", "applied", "duplicate"]
    assert not {"outcome", "solution", "points"} & set(results[0])
    assert [card.question for card in PracticeCard.objects.all()] == [other]


def test_what_is_no_answer_in_a_lesson_is_refused(alice_api: Api, enrolment: Enrolment, lesson: Activity) -> None:
    check = make_check(lesson)
    question, response = next(iter(right_answers(check).items()))
    good = operation("check_answer", lesson=str(lesson.uuid), question=str(question), response=response)
    results = send(
        alice_api,
        {**good, "question": str(uuid4())},
        {**good, "lesson": str(uuid4())},
        {**good, "response": {"pages": 3}},
        {**good, "response": None},
    )
    assert types(results) == ["not-found", "not-found", "invalid-response", "invalid-response"]


def test_flags_reach_the_other_device_and_stay_when_the_attempt_is_over(
    alice_api: Api, bob_api: Api, quiz: Quiz, enrolment: Enrolment
) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    question = attempt.public_questions[0]["uuid"]

    def flag(is_flagged: object, **more: Any) -> dict[str, Any]:
        return {**operation("flag", attempt=str(attempt.uuid), question=question, is_flagged=is_flagged), **more}

    assert statuses(alice_api, flag(True)) == ["applied"]
    assert alice_api.get("changes")["courses"][0]["attempts"][0]["flagged"] == [question]
    assert statuses(alice_api, flag(False), flag(True)) == ["applied", "applied"]
    assert types(send(alice_api, flag(True, question=str(uuid4())), flag(1))) == [
        "not-found",
        "invalid",
    ]
    assert types(send(bob_api, flag(True))) == ["not-found"]
    submit.submit(attempt=attempt, now=timezone.now())
    assert statuses(alice_api, flag(False)) == ["applied"]
    assert Attempt.objects.get().flagged == [question]


def test_a_question_is_asked_once_and_its_id_belongs_to_who_asked(
    alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    asked = operation("discussion_ask", lesson=str(lesson.uuid), anchor="noise.1", body="Why?")
    carla = api_for(EnrolmentFactory(course=enrolment.course, user=UserFactory(email="carla@example.com")).user)
    assert statuses(alice_api, asked, asked) == ["applied", "duplicate"]
    assert types(send(carla, asked)) == ["operation-id-reused"]
    post = Post.objects.get()
    assert (str(post.uuid), post.author, post.body) == (asked["id"], enrolment.user, "Why?")
    posting.delete(post, now=timezone.now())
    assert statuses(alice_api, asked) == ["duplicate"]
    assert alice_api.get(f"lessons/{lesson.uuid}/discussions")["results"] == []


def test_who_asked_too_much_keeps_the_rest_in_the_app(
    alice_api: Api, enrolment: Enrolment, lesson: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_PER_HOUR", 1)
    asked = [
        operation("discussion_ask", lesson=str(lesson.uuid), anchor="noise.1", body=f"Why {number}?")
        for number in (1, 2)
    ]
    assert statuses(alice_api, *asked) == ["applied", "rejected"]
    monkeypatch.undo()
    assert statuses(alice_api, *asked) == ["duplicate", "applied"]


def test_a_message_that_was_read_is_read_everywhere(alice: User, alice_api: Api, bob_api: Api) -> None:
    now = timezone.now()
    message = Message.objects.create(user=alice, kind="grade-changed", about="0", created_at=now, due_at=now)
    read = [operation("message_read", message=str(message.uuid)) for _ in range(2)]
    assert types(send(bob_api, read[0])) == ["not-found"]
    assert statuses(alice_api, *read) == ["applied", "applied"]
    assert alice_api.get("messages")["unread"] == 0
