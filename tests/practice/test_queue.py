"""Which cards a student is asked today."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Activity, Enrolment
from practice.models import PracticeCard
from practice.queue import DAILY_LIMIT, CardNotDue
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from tests.factories import CourseFactory, EnrolmentFactory, ModuleFactory, add_short_answer
from tests.practice.cards import DAY, MONDAY, TUESDAY, another_check, answer, make_check, take, today_of


def archive_questions(check: Quiz) -> None:
    Question.objects.filter(quiz=check).update(archived_at=MONDAY)
    add_short_answer(check, "new", ["x"])
    publishing.publish(check)


def archive_lesson(check: Quiz) -> None:
    check.activity.archived_at = MONDAY
    check.activity.save()


def unpublish_course(check: Quiz) -> None:
    check.activity.course.is_published = False
    check.activity.course.save()


def withdraw(check: Quiz) -> None:
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)


@pytest.mark.parametrize("drop", [archive_questions, archive_lesson, unpublish_course, withdraw])
def test_a_card_is_not_asked_if_its_question_lesson_course_or_enrolment_is_gone(
    check: Quiz, enrolment: Enrolment, drop: Callable[[Quiz], None]
) -> None:
    take(check, enrolment)
    card = today_of(enrolment.user).cards[0]
    drop(check)
    assert today_of(enrolment.user).cards == []
    assert today_of(enrolment.user).is_empty
    with pytest.raises((CardNotDue, PracticeCard.DoesNotExist)):
        answer(enrolment.user, card, None)


def test_cards_are_asked_again_after_the_student_returns_to_the_course(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    today_of(enrolment.user)
    withdraw(check)
    assert today_of(enrolment.user).is_empty
    Enrolment.objects.update(status=Enrolment.Status.ACTIVE)
    assert len(today_of(enrolment.user).cards) == 3


def test_five_questions_are_asked_a_day(lesson: Activity, enrolment: Enrolment) -> None:
    check = make_check(lesson, questions=7)
    take(check, enrolment)
    for done in range(DAILY_LIMIT):
        today = today_of(enrolment.user)
        assert today.done == done
        assert len(today.cards) == DAILY_LIMIT - done
        assert today.total == DAILY_LIMIT
        answer(enrolment.user, today.cards[0], None)
    finished = today_of(enrolment.user)
    assert finished.done == DAILY_LIMIT
    assert finished.cards == []
    assert finished.next_on == date(2026, 11, 25)
    waiting = PracticeCard.objects.filter(turns=1).first()
    assert waiting
    with pytest.raises(CardNotDue):
        answer(enrolment.user, waiting, None)


def test_cards_that_waited_are_asked_first_on_the_next_day(lesson: Activity, enrolment: Enrolment) -> None:
    take(make_check(lesson, questions=7), enrolment)
    for _ in range(DAILY_LIMIT):
        answer(enrolment.user, today_of(enrolment.user).cards[0], None)
    # Three of the eight waited; the others have been answered once more.
    assert [card.turns for card in today_of(enrolment.user, TUESDAY + DAY).cards] == [1, 1, 1, 2, 2]


def test_the_day_begins_at_midnight_in_the_students_time_zone(check: Quiz, enrolment: Enrolment) -> None:
    evening = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    take(check, enrolment, now=evening)
    assert today_of(enrolment.user, evening).cards == []
    midnight = evening + timedelta(minutes=30)
    assert len(today_of(enrolment.user, midnight).cards) == 3


def test_the_day_follows_a_student_who_changes_the_time_zone(check: Quiz, enrolment: Enrolment) -> None:
    """Midnight in Seoul is early morning in Los Angeles."""
    midnight = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    take(check, enrolment, now=midnight - timedelta(minutes=30))
    User.objects.update(time_zone="America/Los_Angeles")
    enrolment.user.refresh_from_db()
    assert today_of(enrolment.user, midnight).on == date(2026, 11, 23)
    assert today_of(enrolment.user, midnight).cards == []
    assert len(today_of(enrolment.user, midnight + timedelta(hours=17)).cards) == 3


def test_all_courses_share_one_queue(check: Quiz, enrolment: Enrolment) -> None:
    take(check, enrolment)
    other = EnrolmentFactory(user=enrolment.user, course=CourseFactory(slug="other"))
    ModuleFactory(course=other.course)
    take(another_check(other, questions=3), other)
    today = today_of(enrolment.user)
    assert len(today.cards) == DAILY_LIMIT
    assert {card.enrolment.course.slug for card in today.cards} == {"statistics", "other"}


@pytest.mark.parametrize("count", [2, 200])
def test_the_number_of_queries_does_not_grow_with_the_cards(
    lesson: Activity, quiz: Quiz, enrolment: Enrolment, count: int
) -> None:
    check = make_check(lesson, questions=count)
    take(check, enrolment)
    for _ in range(3):
        take(quiz, enrolment)

    def queries(now: datetime = TUESDAY) -> int:
        with CaptureQueriesContext(connection) as captured:
            today_of(enrolment.user, now)
        return len(captured)

    first = queries()
    # Includes collecting. bulk_create splits many rows into several statements on SQLite.
    assert first <= 30
    # Enrolments with the number of answers of today, cards with their quizzes, and one for the solutions that may be shown.
    assert queries() == 3
    card = today_of(enrolment.user).cards[0]
    with CaptureQueriesContext(connection) as captured:
        answer(enrolment.user, card, None)
    assert len(captured) == 11
    # One more stores the number in the menu, which is one less now.
    assert [queries(), queries()] == [4, 3]


def test_a_student_without_cards_costs_one_query(enrolment: Enrolment) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert today_of(enrolment.user).is_empty
    assert len(captured) == 1
