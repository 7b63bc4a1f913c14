"""An answer that is checked during the attempt: it is closed by that, and only what may be checked is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import deadline, save, start, submit
from tests.quizzes import every_kind
from tests.quizzes.graded import question_of

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


def test_a_confirmed_answer_cannot_change_and_confirming_is_idempotent(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "mine", sequence=3)
    assert save.confirm_answer(attempt=attempt, question=short, now=NOW).confirmed_at == NOW
    assert save.confirm_answer(attempt=attempt, question=short, now=LATER).confirmed_at == NOW
    assert Answer.objects.get().confirmed_at == NOW
    for language, sentence in (("en", "You have checked this answer, so it can no longer change."), ("ko", "확인")):
        with translation.override(language), pytest.raises(save.AnswerConfirmed, match=sentence) as refused:
            save_text(attempt, short, "another", sequence=4)
        assert refused.value.extra == {"question": str(short)}
    # What says nothing new, or was overtaken, is no change.
    assert save_text(attempt, short, "mine", sequence=5).response == {"text": "mine"}
    for sequence in (2, 3):
        assert save_text(attempt, short, "overtaken", sequence=sequence).response == {"text": "mine"}
    with pytest.raises(save.AnswerConfirmed):
        save_text(attempt, short, "another")
    assert Answer.objects.get().sequence == 3


def test_unanswered_questions_and_those_a_person_grades_cannot_be_confirmed(attempt: Attempt, short: UUID) -> None:
    hand_in = question_of(attempt, "hand_in")
    save_text(attempt, hand_in, "for a person")
    for question in (hand_in, uuid4()):
        with pytest.raises(save.NotConfirmable, match=r"^This question cannot be checked during the attempt\.$"):
            save.confirm_answer(attempt=attempt, question=question, now=NOW)
    save_text(attempt, question_of(attempt, "numeric"), " ")
    for question in (short, question_of(attempt, "numeric")):
        with pytest.raises(save.NotConfirmable, match=r"^Answer the question first\.$"):
            save.confirm_answer(attempt=attempt, question=question, now=NOW)
    with translation.override("ko"):
        for question in (short, hand_in):
            with pytest.raises(save.NotConfirmable, match=r"[가-힣]"):
                save.confirm_answer(attempt=attempt, question=question, now=NOW)
    assert not Answer.objects.exclude(confirmed_at=None).exists()


def test_answers_cannot_be_confirmed_without_instant_feedback(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "mine")
    attempt.quiz.show_answers = Quiz.ShowAnswers.AFTER_EACH
    with pytest.raises(save.NotConfirmable):
        save.confirm_answer(attempt=attempt, question=short, now=NOW)


def test_answers_cannot_be_confirmed_after_the_deadline_or_the_submit(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "mine")
    end = NOW + timedelta(minutes=10, seconds=30)
    with pytest.raises(deadline.DeadlinePassed):
        save.confirm_answer(attempt=attempt, question=short, now=end + timedelta(microseconds=1))
    assert save.confirm_answer(attempt=attempt, question=short, now=end).confirmed_at == end
    Answer.objects.update(confirmed_at=None)
    submit.submit(attempt=attempt, now=NOW)
    with pytest.raises(deadline.AttemptClosed) as refused:
        save.confirm_answer(attempt=attempt, question=short, now=NOW)
    assert refused.value.slug == "attempt-closed"
