"""Mistakes are collected and asked only while the student may see the solutions."""

import random

import pytest

from accounts.models import User
from courses.models import Enrolment
from practice import answering
from practice.models import PracticeCard
from practice.queue import CardNotDue
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from quizzes.grading.models import AttemptGrade
from quizzes.results import attempt_results, visibility
from quizzes.results.quiz_states import get_quiz_states
from quizzes.taking import start
from tests.factories import EnrolmentFactory, right_answers
from tests.practice.cards import DAY, MONDAY, TUESDAY, answer, take, today_of, wrong_answers
from tests.tampering import delete_rows


def test_mistakes_are_not_collected_while_the_quiz_can_be_taken_again(quiz: Quiz, enrolment: Enrolment) -> None:
    for _ in range(2):
        take(quiz, enrolment)
        assert today_of(enrolment.user).is_empty
    assert not PracticeCard.objects.exists()
    take(quiz, enrolment)
    assert len(today_of(enrolment.user).cards) == 3


def test_mistakes_are_not_collected_while_an_attempt_is_open(quiz: Quiz, enrolment: Enrolment) -> None:
    take(quiz, enrolment)
    take(quiz, enrolment)
    start.start(quiz=quiz, enrolment=enrolment, now=MONDAY)
    assert today_of(enrolment.user).is_empty


def test_mistakes_are_collected_after_the_student_reveals_the_solutions(quiz: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(pass_mark=0)
    attempt = take(quiz, enrolment)
    assert today_of(enrolment.user).is_empty
    attempt.refresh_from_db()
    attempt_results.reveal(attempt=attempt, now=MONDAY)
    assert len(today_of(enrolment.user).cards) == 3


def test_mistakes_are_not_collected_if_solutions_are_never_shown(quiz: Quiz, check: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.NEVER)
    for _ in range(3):
        take(quiz, enrolment)
    take(check, enrolment)
    assert today_of(enrolment.user).is_empty


def test_mistakes_are_collected_from_the_due_date_on_if_solutions_are_shown_then(
    quiz: Quiz, enrolment: Enrolment
) -> None:
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.AFTER_DUE, attempts_allowed=1, due_at=MONDAY + 3 * DAY)
    quiz.refresh_from_db()
    take(quiz, enrolment)
    assert today_of(enrolment.user, MONDAY + 2 * DAY).is_empty
    assert len(today_of(enrolment.user, MONDAY + 3 * DAY).cards) == 3


def test_mistakes_are_collected_after_the_closing_date_of_the_students_cohort(quiz: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(closes_at=MONDAY + DAY)
    quiz.refresh_from_db()
    cohort = enrolment.course.cohorts.create(name="B")
    Enrolment.objects.update(cohort=cohort)
    QuizDates.objects.create(quiz=quiz, cohort=cohort, closes_at=MONDAY + 4 * DAY)
    enrolment.refresh_from_db()
    take(quiz, enrolment)
    assert today_of(enrolment.user, MONDAY + 2 * DAY).is_empty
    assert len(today_of(enrolment.user, MONDAY + 4 * DAY).cards) == 3


@pytest.fixture
def cards_of_a_finished_quiz(quiz: Quiz, enrolment: Enrolment) -> list[PracticeCard]:
    """All three attempts are used, and all answers were wrong."""
    for _ in range(3):
        take(quiz, enrolment)
    return today_of(enrolment.user).cards


def grant_another_attempt(quiz: Quiz, enrolment: Enrolment) -> None:
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_attempts=1, reason="ill")


def test_an_extra_attempt_hides_the_cards_until_it_is_used(
    quiz: Quiz, enrolment: Enrolment, cards_of_a_finished_quiz: list[PracticeCard]
) -> None:
    grant_another_attempt(quiz, enrolment)
    assert today_of(enrolment.user).cards == []
    with pytest.raises(CardNotDue):
        answer(enrolment.user, cards_of_a_finished_quiz[0], None)
    take(quiz, enrolment, right_answers(quiz))
    assert len(today_of(enrolment.user).cards) == 3


def test_an_extra_attempt_hides_solutions_that_practice_has_shown(
    quiz: Quiz, enrolment: Enrolment, cards_of_a_finished_quiz: list[PracticeCard]
) -> None:
    done = answer(enrolment.user, cards_of_a_finished_quiz[0], None)
    assert done.result.solution
    grant_another_attempt(quiz, enrolment)
    with pytest.raises(CardNotDue):
        answering.find_answered(user=enrolment.user, card=done.card.uuid, turn=done.answer.turn, now=TUESDAY)


def test_the_rule_for_many_attempts_agrees_with_the_result_of_each(
    quiz: Quiz, check: Quiz, enrolment: Enrolment, bob: User
) -> None:
    """Compares `find_pairs_with_answers_shown` and `get_quiz_states` with `get_result` over random settings."""
    chance = random.Random(4)
    other = EnrolmentFactory(user=bob, course=enrolment.course)
    cohort = enrolment.course.cohorts.create(name="B")
    Enrolment.objects.filter(pk=other.pk).update(cohort=cohort)
    QuizDates.objects.create(quiz=quiz, cohort=cohort, due_at=MONDAY + 2 * DAY, closes_at=MONDAY + 5 * DAY)
    other.refresh_from_db()
    numbers_shown = set()
    for _ in range(40):
        Quiz.objects.filter(pk=quiz.pk).update(
            show_answers=chance.choice(Quiz.ShowAnswers.values),
            attempts_allowed=chance.choice([1, 2, None]),
            due_at=chance.choice([None, MONDAY + DAY]),
            closes_at=chance.choice([None, MONDAY + 3 * DAY]),
        )
        QuizOverride.objects.all().delete()
        if chance.random() < 0.3:
            QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_attempts=1, reason="ill")
        delete_rows(AttemptGrade.objects.all())
        Answer.objects.all().delete()
        Attempt.objects.all().delete()
        quiz.refresh_from_db()
        for student in (enrolment, other):
            for _attempt in range(chance.randint(1, 2) if quiz.attempts_allowed != 1 else 1):
                answers = right_answers(quiz) if chance.random() < 0.3 else wrong_answers(quiz)
                take(quiz, student, answers)
            take(check, student)
        now = MONDAY + chance.randint(0, 6) * DAY
        shown_by_results = {
            (attempt.quiz_id, attempt.enrolment_id)
            for attempt in Attempt.objects.select_related("quiz__activity", "enrolment", "version")
            if attempt_results.get_result(attempt, now=now).answers_shown
        }
        pairs = [(q, e) for q in (quiz, check) for e in (enrolment, other)]
        assert visibility.find_pairs_with_answers_shown(pairs, now=now) == shown_by_results
        shown_by_states = {
            pair
            for student in (enrolment, other)
            for pair, state in get_quiz_states(student.user, {student.pk: student}, now).items()
            if state.answers_shown
        }
        assert shown_by_states == {(of, student) for of, student in shown_by_results if of == quiz.pk}
        numbers_shown.add(len(shown_by_results))
    assert len(numbers_shown) > 1
