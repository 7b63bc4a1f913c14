"""Confirm an answer for instant feedback: it cannot change afterwards, and not every answer can be confirmed."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import deadline, save, start, submit
from tests.quizzes import every_kind
from tests.quizzes.graded import question_of
from tests.quizzes.refusals import assert_refused

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    Quiz.objects.filter(pk=quiz.pk).update(show_answers=Quiz.ShowAnswers.AT_ONCE, time_limit=10)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=NOW)


@pytest.fixture
def short(attempt: Attempt) -> UUID:
    return question_of(attempt, "short_answer")


def save_text(attempt: Attempt, question: UUID, text: str, *, sequence: int | None = None) -> Answer:
    return save.save_answer(attempt=attempt, question=question, response={"text": text}, now=NOW, sequence=sequence)


def test_confirming_is_idempotent(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "mine")
    assert save.confirm_answer(attempt=attempt, question=short, now=NOW).confirmed_at == NOW
    assert save.confirm_answer(attempt=attempt, question=short, now=LATER).confirmed_at == NOW
    assert Answer.objects.get().confirmed_at == NOW


@pytest.fixture
def confirmed(attempt: Attempt, short: UUID) -> UUID:
    """The question whose answer "mine" with sequence 3 is confirmed."""
    save_text(attempt, short, "mine", sequence=3)
    save.confirm_answer(attempt=attempt, question=short, now=NOW)
    return short


@pytest.mark.parametrize("sequence", [4, None])
def test_a_confirmed_answer_cannot_change(attempt: Attempt, confirmed: UUID, sequence: int | None) -> None:
    assert_refused(
        partial(save_text, attempt, confirmed, "another", sequence=sequence),
        error=save.AnswerConfirmed,
        message="You have checked this answer, so it can no longer change.",
        extra={"question": str(confirmed)},
    )
    assert Answer.objects.get().response == {"text": "mine"}
    assert Answer.objects.get().sequence == 3


def test_saving_a_confirmed_answer_unchanged_is_no_error(attempt: Attempt, confirmed: UUID) -> None:
    assert save_text(attempt, confirmed, "mine", sequence=5).response == {"text": "mine"}
    assert Answer.objects.get().sequence == 3


@pytest.mark.parametrize("sequence", [2, 3])
def test_an_overtaken_save_returns_the_confirmed_answer(attempt: Attempt, confirmed: UUID, sequence: int) -> None:
    assert save_text(attempt, confirmed, "overtaken", sequence=sequence).response == {"text": "mine"}
    assert Answer.objects.get().sequence == 3


def assert_not_confirmable(attempt: Attempt, question: UUID, message: str) -> None:
    assert_refused(
        partial(save.confirm_answer, attempt=attempt, question=question, now=NOW),
        error=save.NotConfirmable,
        message=message,
    )
    assert not Answer.objects.exclude(confirmed_at=None).exists()


def test_an_answer_that_a_person_grades_cannot_be_confirmed(attempt: Attempt) -> None:
    hand_in = question_of(attempt, "hand_in")
    save_text(attempt, hand_in, "for a person")
    assert_not_confirmable(attempt, hand_in, "This question cannot be checked during the attempt.")


def test_an_unknown_question_cannot_be_confirmed(attempt: Attempt) -> None:
    assert_not_confirmable(attempt, uuid4(), "This question cannot be checked during the attempt.")


def test_an_unanswered_question_cannot_be_confirmed(attempt: Attempt, short: UUID) -> None:
    assert_not_confirmable(attempt, short, "Answer the question first.")


def test_an_empty_answer_cannot_be_confirmed(attempt: Attempt) -> None:
    numeric = question_of(attempt, "numeric")
    save_text(attempt, numeric, " ")
    assert_not_confirmable(attempt, numeric, "Answer the question first.")


def test_answers_cannot_be_confirmed_without_instant_feedback(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "mine")
    attempt.quiz.show_answers = Quiz.ShowAnswers.AFTER_EACH
    with pytest.raises(save.NotConfirmable):
        save.confirm_answer(attempt=attempt, question=short, now=NOW)


def test_answers_can_be_confirmed_until_the_grace_period_is_over(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "mine")
    end = NOW + timedelta(minutes=10, seconds=30)
    with pytest.raises(deadline.DeadlinePassed):
        save.confirm_answer(attempt=attempt, question=short, now=end + timedelta(microseconds=1))
    assert save.confirm_answer(attempt=attempt, question=short, now=end).confirmed_at == end


def test_answers_cannot_be_confirmed_after_the_submit(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "mine")
    submit.submit(attempt=attempt, now=NOW)
    with pytest.raises(deadline.AttemptClosed) as refused:
        save.confirm_answer(attempt=attempt, question=short, now=NOW)
    assert refused.value.slug == "attempt-closed"
