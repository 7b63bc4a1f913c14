"""Course grades of many students at once are those of each student by itself."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from courses import gradebook
from courses.models import BY_HAND, Course, Enrolment, GradeCategory, GradeChange, GradeItem, Module
from tests.factories import ActivityFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db
Reason = GradeChange.Reason


@pytest.fixture
def items(course: Course, module: Module) -> list[GradeItem]:
    category = GradeCategory.objects.create(course=course, name="Quizzes", weight=Decimal("2.5"), drop_lowest=1)
    return [
        GradeItem.objects.create(
            activity=ActivityFactory(course=course, module=module, kind="quiz", slug=f"graded-{number}"),
            grading_method=method,
            weight=Decimal(weight),
            category=category if number % 2 else None,
        )
        for number, (method, weight) in enumerate([("highest", "1"), ("last", "0.3"), ("average", "2"), ("last", "7")])
    ]


def enter(item: GradeItem, enrolment: Enrolment, *entries: tuple[int, str, str, str]) -> None:
    """Add entries of the ledger: (number of the attempt, reason, points, out of)."""
    sources = {number: uuid4() for number, _reason, _points, _of in entries}
    for revision, (number, reason, points, of) in enumerate(entries, 1):
        GradeChange.objects.create(
            item=item, enrolment=enrolment, source=sources[number], source_number=number, revision=revision,
            points=Decimal(points), max_points=Decimal(of), reason=reason, at=timezone.now(),
        )  # fmt: skip


LEDGERS: list[list[tuple[int, str, str, str]]] = [
    [(1, Reason.GRADED, "2", "3")],
    [(1, Reason.GRADED, "1", "3"), (1, Reason.REGRADED, "2.5", "3")],
    [(1, Reason.GRADED, "1", "3"), (2, Reason.GRADED, "0", "3"), (3, Reason.GRADED, "3", "3")],
    [(BY_HAND, Reason.SET, "1.99", "2")],
    [(BY_HAND, Reason.TAKEN_BACK, "0", "0")],
    [(1, Reason.GRADED, "1", "3"), (BY_HAND, Reason.SET, "2", "2"), (BY_HAND, Reason.TAKEN_BACK, "0", "0")],
    [(1, Reason.GRADED, "0", "0")],
    [],
]


def test_they_agree_with_the_grades_of_each_student(course: Course, items: list[GradeItem]) -> None:
    students = [EnrolmentFactory(course=course) for _ in LEDGERS]
    for place, student in enumerate(students):
        for shift, item in enumerate(items):
            enter(item, student, *LEDGERS[(place + shift * 3) % len(LEDGERS)])
    alone = EnrolmentFactory(course=course)
    enter(items[0], alone, *LEDGERS[4])
    found = gradebook.get_item_grades
    expected = {
        each.pk: gradebook.course_percent(found(each, gradebook.get_items(course.pk), with_held=True))
        for each in (*students, alone)
    }
    assert gradebook.get_course_percents(gradebook.get_items(course.pk), expected) == expected
    assert len(set(expected.values())) > 3
    assert expected[alone.pk] is None
