"""Which mistakes become practice cards."""

from datetime import date

from accounts.models import User
from courses.models import Enrolment
from practice.models import CollectedGrade, PracticeAnswer, PracticeCard
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Question, Quiz
from quizzes.grading import manual
from quizzes.grading.models import AttemptGrade
from quizzes.taking import start, submit
from tests.factories import EnrolmentFactory, right_answers
from tests.practice.cards import (
    DAY,
    MONDAY,
    TUESDAY,
    another_check,
    answer,
    right_answer,
    take,
    today_of,
    wrong_answers,
)
from tests.quizzes import every_kind
from tests.tampering import delete_rows


def test_a_mistake_in_a_lesson_check_is_due_on_the_next_day(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    on_the_day = today_of(enrolment.user, MONDAY)
    assert on_the_day.cards == []
    assert on_the_day.next_on == date(2026, 11, 24)
    assert on_the_day.is_tomorrow
    assert not on_the_day.is_empty
    assert {card.question for card in today_of(enrolment.user).cards} == set(right_answers(check))


def test_right_and_empty_answers_are_not_collected(check: Quiz, enrolment: Enrolment) -> None:
    answers = wrong_answers(check)
    wrong, correct, empty = check.questions.all()
    answers[correct.uuid] = right_answers(check)[correct.uuid]
    del answers[empty.uuid]
    take(check, enrolment, answers)
    assert [card.question for card in today_of(enrolment.user).cards] == [wrong.uuid]


def test_collecting_is_idempotent(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    first = today_of(enrolment.user)
    assert [card.pk for card in today_of(enrolment.user).cards] == [card.pk for card in first.cards]
    assert PracticeCard.objects.count() == 3
    assert PracticeAnswer.objects.count() == 3
    assert CollectedGrade.objects.count() == 1


def test_a_collected_mistake_is_the_first_answer_of_its_card(check: Quiz, enrolment: Enrolment) -> None:
    attempt = take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    mistake = PracticeAnswer.objects.get(card=card)
    assert mistake.turn == 1
    assert mistake.attempt == attempt
    assert mistake.rating == PracticeAnswer.Rating.AGAIN
    assert mistake.before is None
    assert mistake.on == date(2026, 11, 23)
    assert mistake.response == wrong_answers(check)[card.question]


def test_mistakes_are_not_collected_for_another_student(check: Quiz, enrolment: Enrolment, bob: User) -> None:
    take(check, enrolment)
    assert today_of(bob).is_empty
    EnrolmentFactory(user=bob, course=enrolment.course)
    assert today_of(bob).is_empty
    assert not PracticeCard.objects.exists()


def test_earlier_attempts_are_collected_and_the_oldest_mistake_is_asked_first(
    check: Quiz, enrolment: Enrolment
) -> None:
    other = another_check(enrolment, questions=0)
    take(check, enrolment, now=MONDAY - 5 * DAY)
    take(other, enrolment, now=MONDAY - 30 * DAY)
    assert [card.quiz_id for card in today_of(enrolment.user).cards] == [other.pk, check.pk, check.pk, check.pk]


def test_repeating_a_mistake_makes_its_card_due_on_the_next_day(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    for card in today_of(enrolment.user).cards:
        answer(enrolment.user, card, right_answer(card))
    before = today_of(enrolment.user, TUESDAY)
    assert before.next_on
    assert before.next_on > date(2026, 11, 25)
    take(check, enrolment, now=TUESDAY)
    assert today_of(enrolment.user, TUESDAY).next_on == date(2026, 11, 25)
    assert PracticeCard.objects.count() == 3
    assert {card.turns for card in PracticeCard.objects.all()} == {3}


def test_a_mistake_graded_after_a_later_answer_does_not_change_the_card(check: Quiz, enrolment: Enrolment) -> None:
    """The attempt was submitted before the card's last answer, and graded after it."""
    take(check, enrolment)
    late = start.start(quiz=check, enrolment=enrolment, now=MONDAY)
    submit.submit(attempt=late, answers=wrong_answers(check), now=MONDAY)
    delete_rows(CollectedGrade.objects.filter(grade__attempt=late))
    grades = AttemptGrade.objects.filter(attempt=late)
    stored = list(grades.values())
    delete_rows(grades)
    for card in today_of(enrolment.user).cards:
        answer(enrolment.user, card, right_answer(card))
    turns = list(PracticeCard.objects.values_list("turns", flat=True))
    AttemptGrade.objects.bulk_create(AttemptGrade(**row) for row in stored)
    today_of(enrolment.user)
    assert list(PracticeCard.objects.values_list("turns", flat=True)) == turns
    assert CollectedGrade.objects.count() == 2


def test_the_last_grading_of_an_attempt_decides_what_is_a_mistake(
    check: Quiz, enrolment: Enrolment, ines: User
) -> None:
    attempt = take(check, enrolment)
    first, second, third = check.questions.all()

    def decide(question: Question, points: int) -> None:
        manual.record_reviews(
            attempt=attempt,
            decisions={question.uuid: manual.Decision(points, {})},  # type: ignore[arg-type]
            reviewer=ines,
            now=MONDAY,
        )

    decide(first, 1)
    assert {card.question for card in today_of(enrolment.user).cards} == {second.uuid, third.uuid}
    # The third grading makes it a mistake. Existing cards stay, with one answer each.
    decide(first, 0)
    assert {card.question for card in today_of(enrolment.user).cards} == {first.uuid, second.uuid, third.uuid}
    assert PracticeAnswer.objects.count() == 3


def test_every_kind_except_hand_ins_is_collected(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    every_kind.fill(quiz)
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    quiz.refresh_from_db()
    attempt = take(quiz, enrolment, every_kind.wrong_answers(quiz))
    # The other questions are collected while the hand-in still waits for manual grading.
    assert attempt.status == Attempt.Status.NEEDS_REVIEW
    today_of(enrolment.user)
    kinds = dict(quiz.questions.values_list("uuid", "kind"))
    found = {kinds[question] for question in PracticeCard.objects.values_list("question", flat=True)}
    assert found == set(kinds.values()) - {"hand_in"}
    hand_in = quiz.questions.get(kind="hand_in")
    manual.record_reviews(
        attempt=attempt,
        decisions={hand_in.uuid: manual.Decision(0, {})},  # type: ignore[arg-type]
        reviewer=ines,
        now=MONDAY,
    )
    today_of(enrolment.user)
    assert not PracticeCard.objects.filter(question=hand_in.uuid).exists()
    assert PracticeAnswer.objects.filter(rating=PracticeAnswer.Rating.HARD).count() == 1
