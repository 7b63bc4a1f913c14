"""A grade that a person sets while grades are held back is told with the release, once, and instead of the attempt."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Message, User
from courses.models import Course, Enrolment, GradeItem
from quizzes.authoring.models import Quiz
from quizzes.grading.revisions import READY_KIND
from reports.one_student import by_hand
from reports.release import holding
from tests.factories import EnrolmentFactory
from tests.quizzes.graded import NOW, graded

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(quiz: Quiz) -> GradeItem:
    return GradeItem.objects.select_related("activity").get(activity=quiz.activity)


def hold(item: GradeItem) -> None:
    holding.hold(item=item, release_at=None, is_confirmed=True, now=NOW)


def set_grade(item: GradeItem, enrolment: Enrolment, actor: User, *, seen: int = 0, points: str = "1") -> None:
    given: dict[str, Any] = {"points": Decimal(points), "max_points": Decimal(3 if points != "0" else 0)}
    by_hand.set_grade(item=item, enrolment=enrolment, note="Oral.", seen=seen, actor=actor, now=NOW, **given)


def told(enrolment: Enrolment) -> list[str]:
    return sorted(Message.objects.filter(user=enrolment.user).values_list("kind", flat=True))


def test_a_grade_by_hand_is_told_instead_of_the_attempt(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment, ines: User
) -> None:
    hold(item)
    graded(quiz, enrolment)
    set_grade(item, enrolment, ines)
    without_attempt = EnrolmentFactory(course=enrolment.course)
    set_grade(item, without_attempt, ines)
    left = EnrolmentFactory(course=enrolment.course, status=Enrolment.Status.WITHDRAWN)
    set_grade(item, left, ines)
    assert not Message.objects.exists()
    for _time in range(2):
        holding.release(item=item, now=NOW)
        hold(item)
    assert [told(each) for each in (enrolment, without_attempt, left)] == [
        [by_hand.SET_KIND],
        [by_hand.SET_KIND],
        [],
    ]


def test_who_did_not_know_of_a_grade_is_not_told_that_it_was_taken_back(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment, ines: User
) -> None:
    knows = EnrolmentFactory(course=enrolment.course)
    set_grade(item, knows, ines)
    hold(item)
    graded(quiz, enrolment)
    set_grade(item, enrolment, ines)
    for each in (knows, enrolment):
        set_grade(item, each, ines, seen=1, points="0")
    holding.release(item=item, now=NOW)
    assert told(knows) == [by_hand.SET_KIND, by_hand.SET_KIND]
    assert told(enrolment) == [READY_KIND]


def test_the_number_of_queries_does_not_grow_with_grades_by_hand(item: GradeItem, course: Course, ines: User) -> None:
    def queries(students: int) -> int:
        hold(item)
        for _number in range(students):
            set_grade(item, EnrolmentFactory(course=course), ines)
        with CaptureQueriesContext(connection) as captured:
            assert holding.release(item=item, now=NOW)
        return len(captured)

    queries(1)
    assert queries(2) == queries(20)
