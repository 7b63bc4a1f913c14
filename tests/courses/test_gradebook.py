from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from courses import gradebook
from courses.models import Activity, Enrolment, GradeChange, GradeItem
from quizzes.models import Quiz
from tests.factories import EnrolmentFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def item(quiz: Quiz) -> GradeItem:
    return GradeItem.objects.get(activity=quiz.activity)


def record(
    enrolment: Enrolment, item: GradeItem, points: str, *, source: UUID, number: int, revision: int = 1
) -> GradeChange:
    return gradebook.record(
        activity=item.activity,
        enrolment=enrolment,
        source=source,
        source_number=number,
        points=Decimal(points),
        max_points=Decimal(3),
        reason=GradeChange.Reason.GRADED if revision == 1 else GradeChange.Reason.REGRADED,
        now=NOW,
        revision=revision,
    )


def test_nothing_graded_is_no_grade(enrolment: Enrolment, item: GradeItem) -> None:
    (standing,) = gradebook.standings(enrolment)
    assert (standing.percent, standing.attempts, standing.is_passed) == (None, 0, False)
    assert gradebook.course_percent([standing]) is None


def test_the_highest_counts(enrolment: Enrolment, item: GradeItem) -> None:
    for number, points in enumerate(["1", "3", "2"], 1):
        record(enrolment, item, points, source=uuid4(), number=number)
    (standing,) = gradebook.standings(enrolment)
    assert (standing.percent, standing.attempts, standing.is_passed) == (100, 3, True)


def test_the_last_counts(enrolment: Enrolment, item: GradeItem) -> None:
    item.counts = GradeItem.Counts.LAST
    item.save()
    for number, points in [(1, "3"), (3, "1"), (2, "2")]:
        record(enrolment, item, points, source=uuid4(), number=number)
    (standing,) = gradebook.standings(enrolment)
    assert standing.percent == 33


def test_the_average_counts(enrolment: Enrolment, item: GradeItem) -> None:
    """Of fractions, told in points of the last attempt's maximum, rounded down."""
    item.counts = GradeItem.Counts.AVERAGE
    item.save()
    for number, points in [(2, "1"), (1, "3"), (3, "0")]:
        record(enrolment, item, points, source=uuid4(), number=number)
    GradeChange.objects.filter(source_number=3).update(max_points=0)
    (standing,) = gradebook.standings(enrolment)
    assert (standing.points, standing.max_points, standing.percent) == (0, 0, 0)
    GradeChange.objects.filter(source_number=3).update(max_points=1)
    (standing,) = gradebook.standings(enrolment)
    assert (standing.points, standing.max_points, standing.percent) == (Decimal("0.44"), 1, 44)


def test_whose_standing_another_rule_moves(enrolment: Enrolment, item: GradeItem) -> None:
    steady = EnrolmentFactory(course=enrolment.course)
    for student, points in ((enrolment, ["3", "1"]), (steady, ["2", "2"])):
        for number, each in enumerate(points, 1):
            record(student, item, each, source=uuid4(), number=number)
    assert gradebook.moved(item, GradeItem(counts=GradeItem.Counts.LAST)) == {enrolment.pk: (100, 33)}
    assert gradebook.moved(item, GradeItem(counts=GradeItem.Counts.AVERAGE)) == {enrolment.pk: (100, 66)}
    assert gradebook.moved(item, item) == {}
    assert {student: len(changes) for student, changes in gradebook.changes_of(item).items()} == {
        enrolment.pk: 2, steady.pk: 2,
    }  # fmt: skip


def test_an_earlier_revision_that_comes_later_is_not_the_last(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    changes = [
        record(enrolment, item, points, source=source, number=1, revision=n) for n, points in ((2, "1"), (1, "3"))
    ]
    assert gradebook.fold(item, changes).points == 1


def test_a_regrade_replaces_what_its_attempt_was_worth(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    record(enrolment, item, "3", source=source, number=1)
    record(enrolment, item, "1", source=source, number=1, revision=2)
    (standing,) = gradebook.standings(enrolment)
    assert (standing.percent, standing.attempts) == (33, 1)


def test_the_same_revision_twice_is_refused(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    record(enrolment, item, "3", source=source, number=1)
    with pytest.raises(IntegrityError):
        record(enrolment, item, "3", source=source, number=1)


def test_an_activity_without_grade_item_has_no_grades(enrolment: Enrolment, lesson: Activity) -> None:
    with pytest.raises(GradeItem.DoesNotExist):
        gradebook.record(
            activity=lesson,
            enrolment=enrolment,
            source=uuid4(),
            source_number=1,
            points=Decimal(1),
            max_points=Decimal(1),
            reason=GradeChange.Reason.GRADED,
            now=NOW,
        )


def test_weights(item: GradeItem) -> None:
    def standing(percent: int | None, weight: str) -> gradebook.Standing:
        return gradebook.Standing(
            GradeItem(activity=item.activity, weight=Decimal(weight)), Decimal(1), Decimal(1), percent, 1
        )

    assert gradebook.course_percent([standing(100, "3"), standing(50, "1"), standing(None, "9")]) == 87
    assert gradebook.course_percent([standing(100, "0")]) is None


def test_99_point_9_percent_is_not_full_marks() -> None:
    assert gradebook.percent_of(Decimal("999"), Decimal("1000")) == 99
    assert gradebook.percent_of(Decimal("0"), Decimal("0")) == 0
