from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses import gradebook
from courses.models import Activity, Course, Enrolment, GradeChange, GradeItem, Module
from quizzes.authoring.models import Quiz
from tests.factories import ActivityFactory, EnrolmentFactory, ModuleFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def item(quiz: Quiz) -> GradeItem:
    return GradeItem.objects.get(activity=quiz.activity)


def record(
    enrolment: Enrolment, item: GradeItem, points: str, *, source: UUID, number: int, revision: int = 1
) -> GradeChange:
    return gradebook.record_change(
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


def at(number: int, points: str, max_points: str) -> GradeChange:
    """An attempt's entry in the ledger."""
    return GradeChange(
        source=UUID(int=number),
        source_number=number,
        revision=1,
        points=Decimal(points),
        max_points=Decimal(max_points),
    )


def test_the_ledger_says_who_graded_what_and_why(enrolment: Enrolment, item: GradeItem, ines: User) -> None:
    source = uuid4()
    change = gradebook.record_change(
        activity=item.activity,
        enrolment=enrolment,
        source=source,
        source_number=2,
        points=Decimal("2.5"),
        max_points=Decimal(3),
        reason=GradeChange.Reason.REGRADED,
        now=NOW,
        actor=ines,
    )
    stored = GradeChange.objects.get(pk=change.pk)
    assert (stored.item, stored.enrolment, stored.source, stored.source_number) == (item, enrolment, source, 2)
    assert (stored.points, stored.max_points, stored.reason) == (Decimal("2.5"), 3, GradeChange.Reason.REGRADED)
    # The first grading of a source, where nothing else is said.
    assert (stored.revision, stored.actor, stored.at) == (1, ines, NOW)


def test_nothing_graded_is_no_grade(enrolment: Enrolment, item: GradeItem) -> None:
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert (item_grade.percent, item_grade.attempts, item_grade.is_passed) == (None, 0, False)
    assert item_grade == gradebook.ItemGrade(item, None, None, None, 0)
    assert gradebook.course_percent([item_grade]) is None


def test_the_highest_counts(enrolment: Enrolment, item: GradeItem) -> None:
    for number, points in enumerate(["1", "3", "2"], 1):
        record(enrolment, item, points, source=uuid4(), number=number)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert (item_grade.percent, item_grade.attempts, item_grade.is_passed) == (100, 3, True)


def test_the_highest_is_the_largest_share_and_of_equals_the_first(item: GradeItem) -> None:
    def highest(*changes: GradeChange) -> gradebook.ItemGrade:
        return gradebook.compute_item_grade(item, changes)

    assert highest(at(1, "2", "3"), at(2, "1", "1")) == gradebook.ItemGrade(item, Decimal(1), Decimal(1), 100, 2)
    assert highest(at(2, "2", "4"), at(1, "1", "2")) == gradebook.ItemGrade(item, Decimal(1), Decimal(2), 50, 2)
    # An attempt that nothing could be won in is worth nothing.
    assert highest(at(1, "0", "0"), at(2, "1", "2")) == gradebook.ItemGrade(item, Decimal(1), Decimal(2), 50, 2)
    assert highest(at(1, "0", "0")) == gradebook.ItemGrade(item, Decimal(0), Decimal(0), 0, 1)


def test_the_last_counts(enrolment: Enrolment, item: GradeItem) -> None:
    item.grading_method = GradeItem.GradingMethod.LAST
    item.save()
    for number, points in [(1, "3"), (3, "1"), (2, "2")]:
        record(enrolment, item, points, source=uuid4(), number=number)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert item_grade.percent == 33


def test_the_average_counts(enrolment: Enrolment, item: GradeItem) -> None:
    """Of fractions, told in points of the last attempt's maximum, rounded down."""
    item.grading_method = GradeItem.GradingMethod.AVERAGE
    item.save()
    for number, points in [(2, "1"), (1, "3"), (3, "0")]:
        record(enrolment, item, points, source=uuid4(), number=number)
    GradeChange.objects.filter(source_number=3).update(max_points=0)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert (item_grade.points, item_grade.max_points, item_grade.percent) == (0, 0, 0)
    GradeChange.objects.filter(source_number=3).update(max_points=1)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert (item_grade.points, item_grade.max_points, item_grade.percent) == (Decimal("0.44"), 1, 44)


def test_in_an_average_an_attempt_that_nothing_could_be_won_in_counts_as_nothing(item: GradeItem) -> None:
    item.grading_method = GradeItem.GradingMethod.AVERAGE
    item_grade = gradebook.compute_item_grade(item, [at(1, "3", "3"), at(2, "0", "0"), at(3, "3", "3")])
    assert item_grade == gradebook.ItemGrade(item, Decimal(2), Decimal(3), 66, 3)


def test_standings_are_those_of_the_course_in_the_order_of_its_outline(course: Course, enrolment: Enrolment) -> None:
    def graded(module: Module, position: int) -> Activity:
        return ActivityFactory(module=module, kind="quiz", code="", position=position)

    last, first = (ModuleFactory(course=course, number=number, position=number) for number in (5, 4))
    third, second, same = graded(last, 1), graded(first, 8), graded(first, 8)
    early = graded(first, 7)
    gone, elsewhere = graded(first, 9), graded(ModuleFactory(), 1)
    for activity in (elsewhere, gone, third, same, second, early):
        GradeItem.objects.create(activity=activity)
    Activity.objects.filter(pk=gone.pk).update(archived_at=NOW)
    with CaptureQueriesContext(connection) as captured:
        found = [item_grade.item.activity for item_grade in gradebook.get_item_grades(enrolment)]
    assert found[1:] == [early, second, same, third]
    assert len(captured) == 2


def test_whose_standing_another_rule_moves(enrolment: Enrolment, item: GradeItem) -> None:
    steady = EnrolmentFactory(course=enrolment.course)
    for student, points in ((enrolment, ["3", "1"]), (steady, ["2", "2"])):
        for number, each in enumerate(points, 1):
            record(student, item, each, source=uuid4(), number=number)
    assert gradebook.find_changed_percents(item, GradeItem(grading_method=GradeItem.GradingMethod.LAST)) == {
        enrolment.pk: (100, 33)
    }
    assert gradebook.find_changed_percents(item, GradeItem(grading_method=GradeItem.GradingMethod.AVERAGE)) == {
        enrolment.pk: (100, 66)
    }
    assert gradebook.find_changed_percents(item, item) == {}
    nothing = EnrolmentFactory(course=enrolment.course)
    for number, each in enumerate(["3", "0"], 1):
        record(nothing, item, each, source=uuid4(), number=number)
    last = GradeItem(pk=item.pk, grading_method=GradeItem.GradingMethod.LAST)
    assert gradebook.find_changed_percents(item, last)[nothing.pk] == (100, 0)
    assert gradebook.find_changed_percents(last, item)[nothing.pk] == (0, 100)
    assert {student: len(changes) for student, changes in gradebook.get_changes_by_enrolment(item).items()} == {
        enrolment.pk: 2, steady.pk: 2, nothing.pk: 2,
    }  # fmt: skip


def test_who_loses_by_another_rule_or_pass_mark(enrolment: Enrolment, item: GradeItem) -> None:
    falling, rising, steady = (enrolment, *(EnrolmentFactory(course=enrolment.course) for _ in range(2)))
    for student, points in ((falling, ["3", "1"]), (rising, ["1", "3"]), (steady, ["2", "2"])):
        for number, each in enumerate(points, 1):
            record(student, item, each, source=uuid4(), number=number)

    def losing(**rules: Any) -> list[int]:
        return gradebook.find_losing_enrolments(
            item, GradeItem(**{"grading_method": item.grading_method, "pass_mark": item.pass_mark, **rules})
        )

    assert losing() == []
    assert losing(grading_method=GradeItem.GradingMethod.LAST) == [falling.pk]
    assert sorted(losing(grading_method=GradeItem.GradingMethod.AVERAGE)) == [falling.pk, rising.pk]
    # 66 of 100 points: passed up to a mark of 66.
    assert losing(pass_mark=66) == []
    assert losing(pass_mark=67) == [steady.pk]
    # Nobody loses by a lower mark; and whoever had not passed loses nothing by a higher one.
    assert losing(pass_mark=0) == []
    item.pass_mark = 90
    assert losing(pass_mark=100) == []
    nothing = EnrolmentFactory(course=enrolment.course)
    for number, each in enumerate(["3", "0"], 1):
        record(nothing, item, each, source=uuid4(), number=number)
    assert gradebook.find_losing_enrolments(
        item, GradeItem(grading_method=GradeItem.GradingMethod.LAST, pass_mark=0)
    ) == [
        falling.pk,
        nothing.pk,
    ]
    assert gradebook.find_losing_enrolments(GradeItem(pk=item.pk, grading_method="last", pass_mark=90), item) == []
    # One percent is something to lose, and nothing is not.
    little, none = (EnrolmentFactory(course=enrolment.course) for _ in range(2))
    for student, first in ((little, "0.03"), (none, "0")):
        record(student, item, first, source=uuid4(), number=1)
        record(student, item, "0", source=uuid4(), number=2)
    assert gradebook.find_losing_enrolments(item, GradeItem(grading_method="last", pass_mark=0)) == [
        falling.pk,
        nothing.pk,
        little.pk,
    ]


def test_an_earlier_revision_that_comes_later_is_not_the_last(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    changes = [
        record(enrolment, item, points, source=source, number=1, revision=n) for n, points in ((2, "1"), (1, "3"))
    ]
    assert gradebook.compute_item_grade(item, changes).points == 1


def test_a_regrade_replaces_what_its_attempt_was_worth(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    record(enrolment, item, "3", source=source, number=1)
    record(enrolment, item, "1", source=source, number=1, revision=2)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert (item_grade.percent, item_grade.attempts) == (33, 1)


def test_the_same_revision_twice_is_refused(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    record(enrolment, item, "3", source=source, number=1)
    with pytest.raises(IntegrityError):
        record(enrolment, item, "3", source=source, number=1)


def test_an_activity_without_grade_item_has_no_grades(enrolment: Enrolment, lesson: Activity) -> None:
    with pytest.raises(GradeItem.DoesNotExist, match=f"Nothing is graded by {lesson}"):
        gradebook.record_change(
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
    def item_grade(percent: int | None, weight: str) -> gradebook.ItemGrade:
        return gradebook.ItemGrade(
            GradeItem(activity=item.activity, weight=Decimal(weight)), Decimal(1), Decimal(1), percent, 1
        )

    assert gradebook.course_percent([item_grade(100, "3"), item_grade(50, "1"), item_grade(None, "9")]) == 87
    assert gradebook.course_percent([item_grade(100, "0")]) is None
    assert gradebook.course_percent([item_grade(0, "1")]) == 0
    assert gradebook.course_percent([item_grade(50, "0.5")]) == 50


def test_99_point_9_percent_is_not_full_marks() -> None:
    assert gradebook.percent_of(Decimal("999"), Decimal("1000")) == 99
    assert gradebook.percent_of(Decimal("0"), Decimal("0")) == 0
