"""Releases of grades at the same moment as other releases and gradings, on PostgreSQL: each thing is told once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.models import Message
from courses.models import Course, Enrolment, GradeItem
from operations.verify import grades
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import revisions
from quizzes.grading.models import GradeNotice
from quizzes.grading.revisions import NOTICE_KIND, READY_KIND
from reports.one_student import by_hand
from reports.release import holding
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import NOW, graded

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
# So often each race is run.
ROUNDS = 10


def together(*calls: Callable[[], object]) -> list[object]:
    """Call all at once, each in a thread and a connection of its own. Raises what one of them raised, such as a deadlock."""

    def run(call: Callable[[], object]) -> object:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def item(quiz: Quiz) -> GradeItem:
    return GradeItem.objects.select_related("activity").get(activity=quiz.activity)


def hold(item: GradeItem) -> None:
    holding.hold(item=item, release_at=None, is_confirmed=True, now=NOW)


def release(item: GradeItem) -> bool:
    return holding.release(item=item, now=NOW)


def told(kind: str) -> list[int]:
    return sorted(Message.objects.filter(kind=kind).values_list("user", flat=True))


def test_of_two_who_release_one_tells(quiz: Quiz, item: GradeItem, course: Course) -> None:
    students = [EnrolmentFactory(course=course) for _number in range(5)]
    hold(item)
    for each in students:
        graded(quiz, each)
    for _round in range(ROUNDS):
        Message.objects.all().delete()
        assert together(*[lambda: release(item)] * 4).count(True) == 1
        assert told(READY_KIND) == sorted(each.user_id for each in students)
        hold(item)


def test_a_correction_at_the_moment_of_the_release_is_told_once(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment
) -> None:
    attempt = graded(quiz, enrolment)
    # The student knows the result.
    hold(item)
    release(item)
    for number in range(1, ROUNDS + 1):
        hold(item)

        def correct(deduction: int = number) -> None:
            mine = Attempt.objects.select_related("quiz__activity", "enrolment").get(pk=attempt.pk)
            with transaction.atomic():
                assert revisions.lock_graded_attempt(mine)
                Attempt.objects.filter(pk=attempt.pk).update(late_deduction=deduction)
                revisions.regrade_attempt(attempt=mine, now=NOW)

        together(correct, lambda: release(item), correct)
        notices = GradeNotice.objects.count()
        assert told(NOTICE_KIND) == [enrolment.user_id] * notices
        # The page and the mail say what the last one says.
        assert notices == number
    assert told(READY_KIND) == [enrolment.user_id]
    assert list(grades.find_differences()) == []


def test_grades_by_hand_and_publishing_at_the_moment_of_the_release(
    quiz: Quiz, item: GradeItem, course: Course
) -> None:
    ines = UserFactory()
    for _round in range(ROUNDS):
        hold(item)
        student, other = EnrolmentFactory(course=course), EnrolmentFactory(course=course)

        def set_grade(enrolment: Enrolment) -> None:
            mine = GradeItem.objects.select_related("activity").get(pk=item.pk)
            by_hand.set_grade(
                item=mine, enrolment=enrolment, points=Decimal(1), max_points=Decimal(3), note="Oral.", seen=0,
                actor=ines, now=NOW,
            )  # fmt: skip

        def publish() -> None:
            """Lock the course and then the item, as publishing does."""
            with transaction.atomic():
                Course.objects.select_for_update().get(pk=course.pk)
                GradeItem.objects.filter(pk=item.pk).update(pass_mark=50)

        together(partial(set_grade, student), lambda: release(item), publish, partial(set_grade, other))
        for each in (student, other):
            assert Message.objects.filter(kind=by_hand.SET_KIND, user=each.user).count() == 1
