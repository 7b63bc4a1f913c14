"""Attempts API: the server's time beside each deadline, for a phone whose own clock is wrong."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from tests.api import Api
from tests.quizzes.taking.api.taken import answers, grade


@pytest.fixture
def timed(quiz: Quiz) -> Quiz:
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=10)
    return quiz


def seconds_left(answer: dict[str, Any]) -> float:
    deadline, server_time = (datetime.fromisoformat(answer[name]) for name in ("deadline", "server_time"))
    return (deadline - server_time).total_seconds()


def test_a_phone_can_count_down_without_its_own_clock(alice_api: Api, timed: Quiz) -> None:
    before = timezone.now()
    started = alice_api.post(f"quizzes/{timed.activity.uuid}/attempts", expect=201)
    assert seconds_left(started) == 600
    assert before <= datetime.fromisoformat(started["server_time"]) <= timezone.now()

    read = alice_api.get(f"attempts/{started['uuid']}")
    [listed] = alice_api.get(f"quizzes/{timed.activity.uuid}/attempts")["results"]
    assert 600 > seconds_left(read) > seconds_left(listed)


def test_every_answer_with_a_deadline_has_the_servers_time(alice_api: Api, timed: Quiz) -> None:
    Quiz.objects.filter(pk=timed.pk).update(pass_mark=30)
    attempt = alice_api.post(f"quizzes/{timed.activity.uuid}/attempts", expect=201)["uuid"]
    resumed = alice_api.post(f"quizzes/{timed.activity.uuid}/attempts")
    submitted = alice_api.post(f"attempts/{attempt}/submit", {"answers": answers(timed, right=False)}, expect=202)
    grade(attempt)
    result = alice_api.get(f"attempts/{attempt}/result")
    revealed = alice_api.post(f"attempts/{attempt}/reveal")

    for answer in (resumed, submitted, result, revealed):
        assert seconds_left(answer) <= 600


def test_the_refusal_of_a_late_answer_says_by_whose_clock(alice_api: Api, timed: Quiz) -> None:
    started = alice_api.post(f"quizzes/{timed.activity.uuid}/attempts", expect=201)
    Attempt.objects.update(deadline=timezone.now() - timedelta(minutes=5))
    question = started["questions"][2]["uuid"]

    refused = alice_api.put(
        f"attempts/{started['uuid']}/answers/{question}", {"response": {"text": "late"}}, expect=409
    )

    assert refused["type"] == "/problems/deadline-passed"
    assert -301 < seconds_left(refused) <= -300
