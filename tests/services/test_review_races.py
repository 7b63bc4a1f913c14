"""Practice with many concurrent requests, on PostgreSQL: no card is made twice, no turn is answered twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection

from courses.models import Activity, Enrolment
from operations.verify import grades
from practice import answering, queue
from practice.models import PracticeAnswer, PracticeCard
from quizzes.attempts.models import Attempt
from quizzes.taking import start, submit
from tests.practice.cards import MONDAY, TUESDAY, make_check, take, wrong_answers

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

T = TypeVar("T")


def at_once(call: Callable[[], T], times: int = 20) -> list[T]:
    def run(_: int) -> T:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_concurrent_reads_and_answers(lesson: Activity, enrolment: Enrolment) -> None:
    check = make_check(lesson)
    for _ in range(2):
        take(check, enrolment)
    user = enrolment.user
    looks = at_once(lambda: [card.pk for card in queue.prepare_today(user=user, now=TUESDAY).cards])
    # A request during the creation of the cards may have seen none yet, but never other cards.
    made = list(PracticeCard.objects.order_by("pk").values_list("pk", flat=True))
    assert len(made) == 3
    assert all(look in ([], made) for look in looks)
    assert PracticeAnswer.objects.count() == 6

    card = queue.prepare_today(user=user, now=TUESDAY).cards[0]
    answers = at_once(
        lambda: answering.answer(user=user, card=card.uuid, turn=card.next_turn, response=None, now=TUESDAY).answer.pk
    )
    assert len(set(answers)) == 1
    assert PracticeAnswer.objects.filter(attempt=None).count() == 1
    assert list(grades.find_differences()) == []


def test_concurrent_starts_of_a_lesson_check_are_one_attempt(lesson: Activity, enrolment: Enrolment) -> None:
    check = make_check(lesson)
    given = wrong_answers(check)

    def press() -> int:
        attempt = start.start(quiz=check, enrolment=enrolment, now=MONDAY, number=1)
        return submit.submit(attempt=attempt, answers=given, now=MONDAY).pk

    assert len(set(at_once(press))) == 1
    assert Attempt.objects.get().status == Attempt.Status.GRADED
    assert list(grades.find_differences()) == []
