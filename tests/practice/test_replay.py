"""`verify_grades` recomputes every practice card from its answers."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from courses.models import Enrolment
from operations.verify import grades
from practice.models import PracticeAnswer, PracticeCard
from quizzes.authoring.models import Quiz
from tests.practice.cards import DAY, MONDAY, answer, right_answer, take, today_of


def test_replaying_the_answers_gives_the_stored_cards(quiz: Quiz, check: Quiz, enrolment: Enrolment) -> None:
    """Simulates forty days of a student who is right two times in three and repeats the check every nine days."""
    chance = random.Random(7)
    for _ in range(3):
        take(quiz, enrolment)
    for day in range(40):
        now = MONDAY + day * DAY
        if day % 9 == 0:
            take(check, enrolment, now=now)
        for card in today_of(enrolment.user, now + timedelta(hours=1)).cards:
            response = right_answer(card) if chance.random() < 0.66 else None
            answer(enrolment.user, card, response, now + timedelta(hours=1))
    assert PracticeAnswer.objects.filter(attempt=None).count() > 20
    assert list(grades.find_differences()) == []


@pytest.fixture
def answered_card(check: Quiz, enrolment: Enrolment) -> PracticeCard:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    answer(enrolment.user, card, right_answer(card))
    return card


@pytest.mark.parametrize("change", [{"stability": 3.5}, {"turns": 5}, {"due_on": date(2030, 1, 1)}])
def test_a_card_that_differs_from_its_answers_is_reported(answered_card: PracticeCard, change: dict[str, Any]) -> None:
    PracticeCard.objects.filter(pk=answered_card.pk).update(**change)
    [difference] = grades.find_differences()
    assert difference.of == str(answered_card.uuid)


def test_a_changed_schedule_in_an_answer_is_reported(answered_card: PracticeCard) -> None:
    last = PracticeAnswer.objects.filter(card=answered_card).latest("turn")
    PracticeAnswer.objects.filter(pk=last.pk).update(after={**last.after, "due_on": "2026-01-01"})
    [difference] = grades.find_differences()
    assert "2026-01-01" in difference.stored


def test_a_changed_outcome_in_an_answer_is_reported(answered_card: PracticeCard) -> None:
    last = PracticeAnswer.objects.filter(card=answered_card).latest("turn")
    PracticeAnswer.objects.filter(pk=last.pk).update(score={**last.score, "outcome": "incorrect"})
    assert {difference.of for difference in grades.find_differences()} == {str(answered_card.uuid)}
