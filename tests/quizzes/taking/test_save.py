"""Save and confirm single answers: what is stored and what is returned."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from courses.models import Enrolment
from quizzes.attempts.models import Answer, AnswerQuerySet, Attempt, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.taking import save, start
from tests.factories import EnrolmentFactory
from tests.quizzes.refusals import assert_refused

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OVER = NOW + timedelta(hours=1)


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=10)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=NOW)


@pytest.fixture
def other_attempt(attempt: Attempt) -> Attempt:
    """Another student's attempt at the same quiz."""
    return start.start(quiz=attempt.quiz, enrolment=EnrolmentFactory(course=attempt.enrolment.course), now=NOW)


@pytest.fixture
def short(quiz: Quiz) -> UUID:
    uuid: UUID = quiz.questions.get(key="short").uuid
    return uuid


def save_text(
    attempt: Attempt, question: UUID, text: str, sequence: int | None = None, *, now: datetime = NOW
) -> Answer:
    return save.save_answer(attempt=attempt, question=question, response={"text": text}, now=now, sequence=sequence)


def save_seen(attempt: Attempt, question: UUID, text: str, base: int, sequence: int | None = None) -> Answer:
    return save.save_answer(
        attempt=attempt, question=question, response={"text": text}, now=NOW, sequence=sequence, base=base
    )


def number_of(clock: datetime) -> int:
    """The number that a client gives to a save by its clock."""
    return int(clock.timestamp() * 1000)


@pytest.mark.parametrize("sequence", [None, 5, 4])
def test_an_answer_that_arrives_again_is_returned_without_a_lock(
    attempt: Attempt, short: UUID, sequence: int | None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stored = save_text(attempt, short, "data drift", 5)
    save_text(attempt, short, "data drift", sequence)  # the statements are compiled

    with django_assert_num_queries(2):
        again = save_text(attempt, short, "data drift", sequence, now=NOW + timedelta(seconds=5))

    assert_answer(again, attempt, short, "data drift", stored.sequence, NOW)


def assert_answer(answer: Answer, attempt: Attempt, question: UUID, text: str, sequence: int, at: datetime) -> None:
    assert answer.attempt == attempt
    assert answer.question == question
    assert answer.response == {"text": text}
    assert answer.sequence == sequence
    assert answer.saved_at == at


@pytest.fixture
def other_answers(attempt: Attempt, other_attempt: Attempt, short: UUID) -> None:
    """Another student's answer to the question, and an answer to another question."""
    save_text(other_attempt, short, "another student's")
    single = attempt.quiz.questions.get(key="q0")
    save.save_answer(attempt=attempt, question=single.uuid, response={"choice": None}, now=NOW)


@pytest.mark.usefixtures("other_answers")
def test_a_save_returns_the_stored_answer(attempt: Attempt, short: UUID) -> None:
    assert_answer(save_text(attempt, short, "first", 4), attempt, short, "first", 4, NOW)


@pytest.mark.usefixtures("other_answers")
def test_an_overtaken_save_returns_the_later_answer(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "later", 4)
    assert_answer(save_text(attempt, short, "overtaken", 3), attempt, short, "later", 4, NOW)


@pytest.mark.usefixtures("other_answers")
def test_a_save_without_a_sequence_replaces_the_answer(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "first", 4)
    assert_answer(save_text(attempt, short, "last"), attempt, short, "last", 5, NOW)


@pytest.mark.usefixtures("other_answers")
def test_confirming_closes_one_answer_of_one_attempt(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "last")
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.AT_ONCE)
    attempt.quiz.refresh_from_db()
    assert save.confirm_answer(attempt=attempt, question=short, now=NOW).response == {"text": "last"}
    confirmed = Answer.objects.exclude(confirmed_at=None).get()
    assert confirmed.attempt == attempt
    assert confirmed.question == short


@pytest.mark.usefixtures("other_answers")
def test_a_question_without_an_answer_cannot_be_confirmed(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "an answer to another question")
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.AT_ONCE)
    attempt.quiz.refresh_from_db()
    with pytest.raises(save.NotConfirmable):
        save.confirm_answer(attempt=attempt, question=attempt.quiz.questions.get(key="q1").uuid, now=NOW)
    assert not Answer.objects.exclude(confirmed_at=None).exists()


def test_a_deadline_extended_during_a_save_lets_the_answer_count(
    attempt: Attempt, short: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = AnswerQuerySet.store_if_open

    def store_then_extend(*args: Any, **options: Any) -> int | None:
        sequence = store(*args, **options)
        Attempt.objects.filter(pk=attempt.pk).update(deadline=OVER + timedelta(days=1))
        return sequence

    monkeypatch.setattr(AnswerQuerySet, "store_if_open", store_then_extend)
    returned = save.save_answer(attempt=attempt, question=short, response={"text": "drift"}, now=OVER, sequence=3)
    assert_answer(returned, attempt, short, "drift", 3, OVER)
    assert_answer(Answer.objects.get(), attempt, short, "drift", 3, OVER)
    assert not LateAnswer.objects.exists()


def test_a_clock_a_year_ahead_does_not_win_over_later_saves(attempt: Attempt, short: UUID) -> None:
    later = NOW + timedelta(seconds=5)
    save_text(attempt, short, "of the phone", number_of(NOW + timedelta(days=365)))
    saved = save_text(attempt, short, "of the laptop", number_of(later), now=later)
    assert_answer(saved, attempt, short, "of the laptop", number_of(later), later)
    assert Answer.objects.get().response == {"text": "of the laptop"}


def test_a_clock_a_year_ahead_still_saves_its_next_answer(attempt: Attempt, short: UUID) -> None:
    later, ahead = NOW + timedelta(seconds=5), timedelta(days=365)
    save_text(attempt, short, "first", number_of(NOW + ahead))
    saved = save_text(attempt, short, "second", number_of(later + ahead), now=later)
    assert_answer(saved, attempt, short, "second", number_of(later), later)


def test_an_earlier_save_that_arrives_late_loses_to_a_clock_that_is_ahead(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "of the phone", number_of(NOW + timedelta(days=365)))
    late = save_text(attempt, short, "kept offline", number_of(NOW - timedelta(minutes=5)), now=NOW)
    assert late.response == {"text": "of the phone"}


def test_a_stored_number_far_ahead_is_replaced(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "by a clock that was believed once")
    Answer.objects.update(sequence=number_of(NOW + timedelta(days=365)))
    saved = save_text(attempt, short, "of the laptop", number_of(NOW))
    assert_answer(saved, attempt, short, "of the laptop", number_of(NOW), NOW)


def test_the_order_of_a_clock_half_a_minute_ahead_counts(attempt: Attempt, short: UUID) -> None:
    ahead = NOW + timedelta(seconds=30)
    save_text(attempt, short, "second", number_of(ahead) + 1)
    overtaken = save_text(attempt, short, "first", number_of(ahead))
    assert_answer(overtaken, attempt, short, "second", number_of(ahead) + 1, NOW)


@pytest.mark.usefixtures("other_answers")
def test_the_first_answer_is_stored_if_none_was_seen(attempt: Attempt, short: UUID) -> None:
    assert_answer(save_seen(attempt, short, "first", 0, 4), attempt, short, "first", 4, NOW)


@pytest.mark.usefixtures("other_answers")
@pytest.mark.parametrize(("sequence", "stored"), [(9, 9), (None, 5)])
def test_an_answer_that_was_seen_is_replaced(attempt: Attempt, short: UUID, sequence: int | None, stored: int) -> None:
    save_text(attempt, short, "first", 4)
    assert_answer(save_seen(attempt, short, "second", 4, sequence), attempt, short, "second", stored, NOW)


@pytest.mark.usefixtures("other_answers")
@pytest.mark.parametrize("base", [0, 3])
@pytest.mark.parametrize("sequence", [9, None])
def test_an_answer_that_was_not_seen_is_not_replaced(
    attempt: Attempt, short: UUID, base: int, sequence: int | None
) -> None:
    save_text(attempt, short, "of another tab", 4)
    assert_refused(
        partial(save_seen, attempt, short, "of this tab", base, sequence),
        error=save.AnswerChanged,
        message="This answer was changed in another tab or on another device.",
        extra={"question": str(short), "sequence": 4},
    )
    assert Answer.objects.get(attempt=attempt, question=short).response == {"text": "of another tab"}


@pytest.mark.usefixtures("other_answers")
def test_a_repeated_save_whose_answer_was_lost_is_saved(attempt: Attempt, short: UUID) -> None:
    for _ in range(2):
        assert_answer(save_seen(attempt, short, "first", 0, 4), attempt, short, "first", 4, NOW)


def test_a_confirmed_answer_of_another_tab_is_said_to_be_confirmed(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "of another tab", 4)
    Answer.objects.update(confirmed_at=NOW)
    with pytest.raises(save.AnswerConfirmed):
        save_seen(attempt, short, "of this tab", 0, 9)


def test_a_stored_number_far_ahead_is_replaced_whatever_was_seen(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "by a clock that was believed once")
    Answer.objects.update(sequence=number_of(NOW + timedelta(days=365)))
    assert save_seen(attempt, short, "now", 0, number_of(NOW)).response == {"text": "now"}
