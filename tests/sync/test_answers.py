"""Answers that were given without a network: by sequence in the attempt, or kept for the instructor."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Enrolment
from practice import queue
from practice.models import PracticeAnswer
from quizzes.attempts.models import Answer, Attempt, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import save, start, submit
from tests.api import Api
from tests.factories import right_answers
from tests.practice.cards import make_check, right_answer, take
from tests.sync.sending import operation, send, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


def choices(attempt: Attempt) -> tuple[str, list[dict[str, Any]]]:
    """Return a choice question and the answers to it."""
    question = next(each for each in attempt.public_questions if each["kind"] == "single_choice")
    return question["uuid"], [{"choice": choice["uuid"]} for choice in question["choices"]]


def answering(attempt: Attempt, number: int, **fields: Any) -> dict[str, Any]:
    question, responses = choices(attempt)
    return operation("answer", attempt=str(attempt.uuid), question=question, response=responses[number], **fields)


def in_time(attempt: Attempt, minutes: int) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() + timedelta(minutes=minutes))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_highest_sequence_stands_whatever_comes_first(alice_api: Api, attempt: Attempt, order: list[int]) -> None:
    sent = [answering(attempt, n, sequence=1000 + n) for n in order]
    results = send(alice_api, *sent)
    highest = 0
    for n, result in zip(order, results, strict=True):
        assert result["status"] == ("applied" if n >= highest else "conflict")
        highest = max(highest, n)
        assert result["sequence"] == 1000 + highest
    assert Answer.objects.get().response == choices(attempt)[1][2]


def test_without_a_sequence_the_time_of_the_operation_counts(alice_api: Api, attempt: Attempt) -> None:
    now = timezone.now()
    late, early = (answering(attempt, n, at=now - timedelta(hours=n)) for n in (0, 1))
    assert statuses(alice_api, late, early) == ["applied", "conflict"]
    assert Answer.objects.get().sequence == int(now.timestamp() * 1000)


def test_an_attempt_is_answered_and_submitted(alice_api: Api, attempt: Attempt, quiz: Quiz) -> None:
    answers = [
        operation("answer", attempt=str(attempt.uuid), question=str(question), response=response)
        for question, response in right_answers(quiz).items()
    ]
    done = operation("attempt_submit", attempt=str(attempt.uuid))
    assert statuses(alice_api, *answers, done) == ["applied"] * (len(answers) + 1)
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert alice_api.get(f"attempts/{attempt.uuid}/result")["percent"] == 100
    again = operation("attempt_submit", attempt=str(attempt.uuid))
    assert statuses(alice_api, done, again) == ["duplicate", "applied"]


def test_an_answer_after_the_deadline_is_evidence_once(alice_api: Api, attempt: Attempt) -> None:
    in_time(attempt, -60)
    late = answering(attempt, 1)
    assert statuses(alice_api, late) == ["evidence"]
    assert [(each["status"], each["first"]) for each in send(alice_api, late)] == [("duplicate", "evidence")]
    assert LateAnswer.objects.get().response == choices(attempt)[1][1]
    assert not Answer.objects.exists()


def test_an_answer_to_an_attempt_that_another_device_has_submitted_is_evidence(
    alice_api: Api, attempt: Attempt
) -> None:
    question, responses = choices(attempt)
    save.save_answer(attempt=attempt, question=UUID(question), response=responses[0], now=timezone.now())
    submit.submit(attempt=attempt, now=timezone.now())
    # What the attempt has needs no evidence.
    assert statuses(alice_api, answering(attempt, 0), answering(attempt, 1)) == ["applied", "evidence"]
    assert [each.response for each in LateAnswer.objects.all()] == [responses[1]]


def test_evidence_counts_when_the_instructor_accepts_it(
    alice_api: Api, attempt: Attempt, ines_client: Client, quiz: Quiz
) -> None:
    in_time(attempt, -60)
    right = right_answers(quiz)
    sent = [
        operation("answer", attempt=str(attempt.uuid), question=str(question), response=right[question])
        for question in right
    ]
    assert set(statuses(alice_api, *sent, operation("attempt_submit", attempt=str(attempt.uuid)))) == {
        "evidence", "applied",
    }  # fmt: skip
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert alice_api.get(f"attempts/{attempt.uuid}/result")["percent"] == 0
    rows = [str(each.pk) for each in LateAnswer.objects.all()]
    form = {"action": "accept", "_selected_action": rows}
    assert ines_client.post("/admin/quizzes/lateanswer/", form).status_code == 302
    assert alice_api.get(f"attempts/{attempt.uuid}/result")["percent"] == 100


def test_an_answer_that_cannot_be_kept_is_refused(
    alice_api: Api, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_time(attempt, -60)
    monkeypatch.setattr("quizzes.taking.late_arrivals.LATE_ANSWER_LIMIT", 0)
    (result,) = send(alice_api, answering(attempt, 1))
    assert (result["status"], result["problem"]["type"]) == ("rejected", "/problems/deadline-passed")
    # It is still with the app, and there is room again.
    monkeypatch.undo()
    assert statuses(alice_api, answering(attempt, 1)) == ["evidence"]


def test_what_is_no_answer_is_refused(alice_api: Api, bob_api: Api, attempt: Attempt, quiz: Quiz) -> None:
    good = answering(attempt, 0)
    results = send(
        alice_api,
        {**good, "response": {"pages": 3}},
        {**good, "question": str(attempt.uuid)},
        {**good, "attempt": str(quiz.activity.uuid)},
        {**good, "sequence": -1},
        {**good, "sequence": 2**70 // 2**8},
    )
    types = [result["problem"]["type"].removeprefix("/problems/") for result in results]
    assert types == ["invalid-response", "unknown-question", "not-found", "invalid", "invalid"]
    assert [each["problem"]["type"] for each in send(bob_api, good)] == ["/problems/not-found"]


def test_the_daily_review_is_answered_once_for_each_turn(
    alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    take(make_check(lesson), enrolment)
    card = queue.prepare_today(user=enrolment.user, now=timezone.now()).cards[0]
    of_card: dict[str, Any] = {"card": str(card.uuid), "turn": card.next_turn}
    right = operation("practice_answer", response=right_answer(card), **of_card)
    wrong = operation("practice_answer", response=None, **of_card)
    later = operation("practice_answer", response=None, card=str(card.uuid), turn=card.next_turn + 1)
    results = send(alice_api, right, wrong, right, later)
    assert [result["status"] for result in results] == ["applied", "conflict", "duplicate", "rejected"]
    assert results[3]["problem"]["type"] == "/problems/card-not-due"
    assert PracticeAnswer.objects.get(card=card, attempt=None).response == right_answer(card)
