"""When the right answers may be shown: the rule in Python and the condition in SQL that narrows down where to ask it."""

from datetime import timedelta
from itertools import product

from django.db.models import QuerySet

from courses.models import Activity, Cohort, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from quizzes.grading.models import AttemptGrade
from quizzes.results import visibility
from quizzes.results.overview import get_overview
from tests.factories import EnrolmentFactory, right_answers
from tests.practice.cards import MONDAY, TUESDAY, make_check, take

HOUR = timedelta(hours=1)


def found(quiz: Quiz) -> QuerySet[AttemptGrade]:
    return AttemptGrade.objects.filter(visibility.may_be_shown(TUESDAY), attempt__quiz=quiz)


def is_shown(quiz: Quiz, enrolment: Enrolment) -> bool:
    quiz = Quiz.objects.select_related("activity").get(pk=quiz.pk)
    overview = get_overview(quiz=quiz, enrolment=enrolment, now=TUESDAY)
    return visibility.answers_shown(quiz, overview, TUESDAY)


def test_no_attempt_whose_answers_are_shown_is_missed(quiz: Quiz, enrolment: Enrolment) -> None:
    take(quiz, enrolment)
    cohort = Cohort.objects.create(course=enrolment.course, name="spring")
    Enrolment.objects.update(cohort=cohort)
    enrolment.refresh_from_db()
    before, later = TUESDAY - HOUR, TUESDAY + HOUR
    dates = QuizDates.objects.create(quiz=quiz, cohort=cohort, due_at=later)
    override = QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, due_at=later)
    shown = 0
    states = product(
        Quiz.ShowAnswers.values, Quiz.LateRule.values, [1, 2], [None, before], [None, before, later], [later, before]
    )
    for show, late, number, revealed, due, specific in states:
        Quiz.objects.update(show_answers=show, late_rule=late, attempts_allowed=2, due_at=due)
        Attempt.objects.update(number=number, answers_revealed_at=revealed)
        QuizDates.objects.filter(pk=dates.pk).update(due_at=specific if due is None else None)
        QuizOverride.objects.filter(pk=override.pk).update(due_at=specific if due == later else None)
        if is_shown(quiz, enrolment):
            shown += 1
            assert found(quiz).exists(), (show, late, number, revealed, due, specific)
    assert shown > 100


def test_full_marks_are_found(quiz: Quiz, enrolment: Enrolment) -> None:
    take(quiz, enrolment, right_answers(quiz))
    assert is_shown(quiz, enrolment)
    assert found(quiz).exists()


def test_lesson_checks_are_found(lesson: Activity, enrolment: Enrolment) -> None:
    check = make_check(lesson)
    take(check, enrolment)
    assert found(check).exists()


def test_an_attempt_with_attempts_left_is_not_asked_about(quiz: Quiz, enrolment: Enrolment) -> None:
    take(quiz, enrolment, now=MONDAY)
    assert not is_shown(quiz, enrolment)
    assert not found(quiz).exists()


def test_another_students_attempts_make_no_difference(quiz: Quiz, enrolment: Enrolment) -> None:
    other = EnrolmentFactory(course=enrolment.course)
    take(quiz, enrolment)
    take(quiz, other, right_answers(quiz))
    assert [grade.attempt.enrolment for grade in found(quiz)] == [other]
