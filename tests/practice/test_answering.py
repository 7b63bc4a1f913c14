"""Asking the question of a card and grading the answer."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from common.errors import DomainError
from courses import gradebook
from courses.models import Activity, Enrolment, ProgressEvent
from courses.outline import revisions
from operations.verify import grades
from practice import answering, queue
from practice.answering import NothingAnswered
from practice.models import PracticeAnswer, PracticeCard
from practice.queue import CardNotDue, Today
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.taking import responses
from tests.factories import EnrolmentFactory, QuizFactory
from tests.practice.cards import DAY, TUESDAY, answer, right_answer, take, today_of, wrong_answers
from tests.quizzes import every_kind


def test_a_right_answer_is_asked_again_later_than_a_wrong_one(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    first, second, _ = today_of(enrolment.user).cards
    good = answer(enrolment.user, first, right_answer(first))
    bad = answer(enrolment.user, second, wrong_answers(check)[second.question])
    assert good.result.outcome == "correct"
    assert good.answer.rating == PracticeAnswer.Rating.GOOD
    assert not good.is_undecided
    assert bad.result.outcome == "incorrect"
    assert bad.answer.rating == PracticeAnswer.Rating.AGAIN
    assert good.comes_again_on > bad.comes_again_on == date(2026, 11, 25)


def test_not_knowing_is_rated_as_a_wrong_answer(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    unknown = answer(enrolment.user, today_of(enrolment.user).cards[0], None)
    assert unknown.result.outcome == "unanswered"
    assert unknown.answer.rating == PracticeAnswer.Rating.AGAIN
    assert unknown.comes_again_on == date(2026, 11, 25)


def test_every_answer_shows_the_solution(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    first, second, third = today_of(enrolment.user).cards
    assert answer(enrolment.user, first, right_answer(first)).result.solution
    assert answer(enrolment.user, second, wrong_answers(check)[second.question]).result.solution
    assert answer(enrolment.user, third, None).result.solution


def test_an_answer_that_no_rule_decides_is_rated_hard_and_shows_the_solution(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.questions.filter(key="short").update(definition={"near_misses": "review"})
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    publishing.publish(quiz)
    quiz.refresh_from_db()
    take(quiz, enrolment)
    card = next(c for c in today_of(enrolment.user).cards if c.question == quiz.questions.get(key="short").uuid)
    done = answer(enrolment.user, card, {"text": "data drit"})
    assert done.is_undecided
    assert done.answer.rating == PracticeAnswer.Rating.HARD
    assert done.result.solution["accept"] == ["Data Drift", "데이터 드리프트"]


def test_the_first_answer_to_a_turn_stays(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    first = answer(enrolment.user, card, wrong_answers(check)[card.question])
    again = answer(enrolment.user, card, right_answer(card))
    assert again.answer == first.answer
    assert again.result.outcome == "incorrect"
    assert PracticeAnswer.objects.filter(attempt=None).count() == 1


def test_the_answer_of_a_faster_concurrent_request_stays(
    check: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    prepare_today = queue.prepare_today

    def answer_concurrently(*, user: User, now: datetime) -> Today:
        """Answer in another tab after this request has read the queue and before it writes."""
        found = prepare_today(user=user, now=now)
        monkeypatch.setattr(answering, "prepare_today", prepare_today)
        answer(enrolment.user, card, None)
        return found

    monkeypatch.setattr(answering, "prepare_today", answer_concurrently)
    late = answer(enrolment.user, card, right_answer(card))
    assert late.result.outcome == "unanswered"
    assert PracticeAnswer.objects.filter(attempt=None).count() == 1
    assert list(grades.find_differences()) == []


def test_a_turn_that_a_new_mistake_used_meanwhile_is_not_due(
    check: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    prepare_today = queue.prepare_today

    def repeat_the_mistake(*, user: User, now: datetime) -> Today:
        found = prepare_today(user=user, now=now)
        monkeypatch.setattr(answering, "prepare_today", prepare_today)
        take(check, enrolment, now=TUESDAY)
        today_of(enrolment.user)
        return found

    monkeypatch.setattr(answering, "prepare_today", repeat_the_mistake)
    with pytest.raises(CardNotDue):
        answer(enrolment.user, card, right_answer(card))
    assert not PracticeAnswer.objects.filter(attempt=None).exists()


@pytest.mark.parametrize(
    ("key", "response", "error"),
    [
        ("q0", {"choice": str(uuid4())}, responses.UnknownChoice),
        ("q0", {"text": "x"}, responses.InvalidResponse),
        ("q0", {"choice": None}, NothingAnswered),
        ("short", {"text": "x" * 501}, responses.ResponseTooLong),
        ("short", {"text": "  "}, NothingAnswered),
    ],
)
def test_an_invalid_response_is_refused_and_the_card_stays_due(
    check: Quiz, enrolment: Enrolment, key: str, response: dict[str, Any], error: type[DomainError]
) -> None:
    take(check, enrolment)
    question = check.questions.get(key=key)
    card = next(card for card in today_of(enrolment.user).cards if card.question == question.uuid)
    with pytest.raises(error):
        answer(enrolment.user, card, response)
    assert len(today_of(enrolment.user).cards) == 3


@pytest.mark.parametrize("turn", [0, 1, 3, 10**30])
def test_only_the_next_turn_can_be_answered(check: Quiz, enrolment: Enrolment, turn: int) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    with pytest.raises(CardNotDue):
        answering.answer(user=enrolment.user, card=card.uuid, turn=turn, response=None, now=TUESDAY)


def test_another_students_card_does_not_exist(check: Quiz, enrolment: Enrolment, bob: User) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    EnrolmentFactory(user=bob, course=enrolment.course)
    with pytest.raises(PracticeCard.DoesNotExist):
        answer(bob, card, None)


@pytest.fixture
def short_answer_card(check: Quiz, enrolment: Enrolment) -> PracticeCard:
    """The card of the short answer, whose question has a new text and a new accepted answer ("concept") since."""
    take(check, enrolment)
    short = check.questions.get(key="short")
    today_of(enrolment.user)
    short.answers.filter(is_correct=True).update(text="concept")
    check.questions.filter(key="short").update(text_en="What now?")
    publishing.publish(check)
    return next(card for card in today_of(enrolment.user).cards if card.question == short.uuid)


def test_a_question_is_asked_and_graded_by_the_current_version(
    check: Quiz, enrolment: Enrolment, short_answer_card: PracticeCard
) -> None:
    assert answering.present_next(short_answer_card).text == "What now?"
    done = answer(enrolment.user, short_answer_card, {"text": "Concept"})
    assert done.result.outcome == "correct"
    assert done.answer.version_id == Quiz.objects.get(pk=check.pk).current_version_id


def test_an_answered_question_is_shown_as_it_was_asked(
    check: Quiz, enrolment: Enrolment, short_answer_card: PracticeCard
) -> None:
    answer(enrolment.user, short_answer_card, {"text": "Concept"})
    check.questions.filter(key="short").update(text_en="And now?")
    publishing.publish(check)
    answered = answering.find_answered(user=enrolment.user, card=short_answer_card.uuid, turn=2, now=TUESDAY)
    assert answered
    assert answered.question().text == "What now?"


def test_a_question_that_is_no_longer_in_the_quiz_is_not_due(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    card.question = uuid4()
    with pytest.raises(CardNotDue):
        answering.get_public_question(card)


def test_a_question_of_a_quiz_without_a_version_is_not_due(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    card.quiz.current_version = None
    with pytest.raises(CardNotDue):
        answering.get_public_question(card)


@pytest.fixture
def many_choices(lesson: Activity, enrolment: Enrolment) -> Question:
    """A question with eight choices that the student got wrong, in a lesson check."""
    check = QuizFactory(activity=lesson, questions=0)
    question = every_kind.add_single_choice(check, "many", choices=8)
    publishing.publish(check)
    take(check, enrolment, wrong_answers(check))
    return question


def card_of(question: Question, user: User, now: datetime) -> PracticeCard:
    return next(card for card in today_of(user, now).cards if card.question == question.uuid)


def choices_asked(question: Question, user: User, now: datetime) -> list[str]:
    return [choice["uuid"] for choice in answering.present_next(card_of(question, user, now)).body["choices"]]


def test_the_order_of_choices_stays_the_same_within_a_turn(many_choices: Question, enrolment: Enrolment) -> None:
    asked = choices_asked(many_choices, enrolment.user, TUESDAY)
    assert choices_asked(many_choices, enrolment.user, TUESDAY) == asked
    done = answer(enrolment.user, card_of(many_choices, enrolment.user, TUESDAY), None)
    assert [choice["uuid"] for choice in done.question().body["choices"]] == asked


def test_the_order_of_choices_differs_between_turns(many_choices: Question, enrolment: Enrolment) -> None:
    asked = choices_asked(many_choices, enrolment.user, TUESDAY)
    answer(enrolment.user, card_of(many_choices, enrolment.user, TUESDAY), None)
    assert choices_asked(many_choices, enrolment.user, TUESDAY + DAY) != asked


def test_choices_keep_their_order_if_the_quiz_does_not_shuffle(many_choices: Question, enrolment: Enrolment) -> None:
    today_of(enrolment.user)
    Quiz.objects.filter(pk=many_choices.quiz_id).update(shuffle_choices=False)
    revisions.touch(enrolment.course_id)
    in_order = [str(choice.uuid) for choice in many_choices.choices.all()]
    assert choices_asked(many_choices, enrolment.user, TUESDAY) == in_order


def test_practice_affects_neither_grades_nor_progress(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    for card in today_of(enrolment.user).cards:
        answer(enrolment.user, card, right_answer(card))
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 0
    assert gradebook.course_percent(gradebook.get_item_grades(enrolment)) is None
    assert not ProgressEvent.objects.exists()
    assert not enrolment.grade_changes.exists()
    assert Attempt.objects.count() == 1
