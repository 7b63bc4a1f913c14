"""The gradebook: ledger entries, item grades by each grading method, and the course grade."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses import gradebook
from courses.models import Activity, Course, Enrolment, GradeCategory, GradeChange, GradeItem, Module
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
    """An unsaved ledger entry of the attempt `number`."""
    return GradeChange(
        source=UUID(int=number),
        source_number=number,
        revision=1,
        points=Decimal(points),
        max_points=Decimal(max_points),
    )


def test_a_ledger_entry_stores_who_graded_what_and_why(enrolment: Enrolment, item: GradeItem, ines: User) -> None:
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
    assert stored.item == item
    assert stored.enrolment == enrolment
    assert stored.source == source
    assert stored.source_number == 2
    assert stored.points == Decimal("2.5")
    assert stored.max_points == 3
    assert stored.reason == GradeChange.Reason.REGRADED
    assert stored.actor == ines
    assert stored.at == NOW
    # The default is the first grading of a source.
    assert stored.revision == 1


def test_without_a_ledger_entry_there_is_no_grade(enrolment: Enrolment, item: GradeItem) -> None:
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert item_grade.item == item
    assert item_grade.points is None
    assert item_grade.max_points is None
    assert item_grade.percent is None
    assert item_grade.attempts == 0
    assert not item_grade.is_passed
    assert gradebook.course_percent([item_grade]) is None


def test_by_the_highest_method_the_best_attempt_counts(enrolment: Enrolment, item: GradeItem) -> None:
    for number, points in enumerate(["1", "3", "2"], 1):
        record(enrolment, item, points, source=uuid4(), number=number)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert item_grade.percent == 100
    assert item_grade.attempts == 3
    assert item_grade.is_passed


def test_the_highest_attempt_is_the_one_with_the_largest_percentage(item: GradeItem) -> None:
    item_grade = gradebook.compute_item_grade(item, [at(1, "2", "3"), at(2, "1", "1")])
    assert item_grade == gradebook.ItemGrade(item, points=Decimal(1), max_points=Decimal(1), percent=100, attempts=2)


def test_of_equally_high_attempts_the_first_counts(item: GradeItem) -> None:
    item_grade = gradebook.compute_item_grade(item, [at(2, "2", "4"), at(1, "1", "2")])
    assert item_grade == gradebook.ItemGrade(item, points=Decimal(1), max_points=Decimal(2), percent=50, attempts=2)


def test_an_attempt_without_possible_points_is_never_higher_than_another(item: GradeItem) -> None:
    item_grade = gradebook.compute_item_grade(item, [at(1, "0", "0"), at(2, "1", "2")])
    assert item_grade == gradebook.ItemGrade(item, points=Decimal(1), max_points=Decimal(2), percent=50, attempts=2)


def test_an_attempt_without_possible_points_is_zero_percent(item: GradeItem) -> None:
    item_grade = gradebook.compute_item_grade(item, [at(1, "0", "0")])
    assert item_grade == gradebook.ItemGrade(item, points=Decimal(0), max_points=Decimal(0), percent=0, attempts=1)


def test_by_the_last_method_the_last_attempt_counts(enrolment: Enrolment, item: GradeItem) -> None:
    item.grading_method = GradeItem.GradingMethod.LAST
    item.save()
    for number, points in [(1, "3"), (3, "1"), (2, "2")]:
        record(enrolment, item, points, source=uuid4(), number=number)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert item_grade.percent == 33


@pytest.fixture
def averaged(enrolment: Enrolment, item: GradeItem) -> Enrolment:
    """Three attempts with 3, 1 and 0 of 3 points, graded by their average."""
    item.grading_method = GradeItem.GradingMethod.AVERAGE
    item.save()
    for number, points in [(2, "1"), (1, "3"), (3, "0")]:
        record(enrolment, item, points, source=uuid4(), number=number)
    return enrolment


def test_an_average_is_zero_if_the_last_attempt_has_no_possible_points(averaged: Enrolment) -> None:
    GradeChange.objects.filter(source_number=3).update(max_points=0)
    (item_grade,) = gradebook.get_item_grades(averaged)
    assert item_grade.points == 0
    assert item_grade.max_points == 0
    assert item_grade.percent == 0


def test_an_average_is_scaled_to_the_last_attempts_maximum_and_rounded_down(averaged: Enrolment) -> None:
    GradeChange.objects.filter(source_number=3).update(max_points=1)
    (item_grade,) = gradebook.get_item_grades(averaged)
    assert item_grade.points == Decimal("0.44")
    assert item_grade.max_points == 1
    assert item_grade.percent == 44


def test_in_an_average_an_attempt_without_possible_points_counts_as_zero(item: GradeItem) -> None:
    item.grading_method = GradeItem.GradingMethod.AVERAGE
    item_grade = gradebook.compute_item_grade(item, [at(1, "3", "3"), at(2, "0", "0"), at(3, "3", "3")])
    assert item_grade == gradebook.ItemGrade(item, Decimal(2), Decimal(3), 66, 3)


def test_item_grades_are_in_the_order_of_the_outline(course: Course, enrolment: Enrolment) -> None:
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


def test_items_that_were_read_already_are_not_read_again(
    enrolment: Enrolment, item: GradeItem, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = gradebook.get_item_grades(enrolment, [item])
    assert [item_grade.item for item_grade in found] == [item]
    with django_assert_num_queries(1):
        assert gradebook.get_item_grades(enrolment, []) == []


LAST = GradeItem(grading_method=GradeItem.GradingMethod.LAST)
AVERAGE = GradeItem(grading_method=GradeItem.GradingMethod.AVERAGE)


def record_attempts(item: GradeItem, enrolment: Enrolment, *points: str) -> Enrolment:
    for number, each in enumerate(points, 1):
        record(enrolment, item, each, source=uuid4(), number=number)
    return enrolment


@pytest.fixture
def falling(enrolment: Enrolment, item: GradeItem) -> Enrolment:
    """A student whose last attempt is worse than the first."""
    return record_attempts(item, enrolment, "3", "1")


@pytest.fixture
def steady(enrolment: Enrolment, item: GradeItem) -> Enrolment:
    """A student with two equal attempts."""
    return record_attempts(item, EnrolmentFactory(course=enrolment.course), "2", "2")


@pytest.fixture
def rising(enrolment: Enrolment, item: GradeItem) -> Enrolment:
    """A student whose last attempt is better than the first."""
    return record_attempts(item, EnrolmentFactory(course=enrolment.course), "1", "3")


@pytest.mark.usefixtures("steady")
def test_only_grades_that_another_method_changes_are_found(item: GradeItem, falling: Enrolment) -> None:
    assert gradebook.find_changed_percents(item, LAST) == {falling.pk: (100, 33)}
    assert gradebook.find_changed_percents(item, AVERAGE) == {falling.pk: (100, 66)}
    assert gradebook.find_changed_percents(item, item) == {}


def test_a_change_to_or_from_zero_percent_is_found(item: GradeItem, enrolment: Enrolment) -> None:
    record_attempts(item, enrolment, "3", "0")
    last = GradeItem(pk=item.pk, grading_method=GradeItem.GradingMethod.LAST)
    assert gradebook.find_changed_percents(item, last) == {enrolment.pk: (100, 0)}
    assert gradebook.find_changed_percents(last, item) == {enrolment.pk: (0, 100)}


def test_ledger_entries_are_grouped_by_enrolment(item: GradeItem, falling: Enrolment, steady: Enrolment) -> None:
    changes = gradebook.get_changes_by_enrolment(item)
    assert {enrolment_id: len(entries) for enrolment_id, entries in changes.items()} == {falling.pk: 2, steady.pk: 2}


def losing(item: GradeItem, **rules: Any) -> list[int]:
    """The enrolments that lose by `rules`; the item's other rules stay."""
    present = {"grading_method": item.grading_method, "pass_mark": item.pass_mark}
    return gradebook.find_losing_enrolments(item, GradeItem(**{**present, **rules}))


@pytest.mark.usefixtures("falling", "rising", "steady")
def test_nobody_loses_by_the_same_rules(item: GradeItem) -> None:
    assert losing(item) == []


@pytest.mark.usefixtures("rising", "steady")
def test_a_student_whose_percentage_falls_loses(item: GradeItem, falling: Enrolment) -> None:
    assert losing(item, grading_method=GradeItem.GradingMethod.LAST) == [falling.pk]


@pytest.mark.usefixtures("steady")
def test_an_average_lowers_every_student_with_unequal_attempts(
    item: GradeItem, falling: Enrolment, rising: Enrolment
) -> None:
    assert sorted(losing(item, grading_method=GradeItem.GradingMethod.AVERAGE)) == sorted([falling.pk, rising.pk])


@pytest.mark.usefixtures("falling", "rising")
def test_a_student_who_no_longer_passes_loses(item: GradeItem, steady: Enrolment) -> None:
    """66 percent pass up to a pass mark of 66."""
    assert losing(item, pass_mark=66) == []
    assert losing(item, pass_mark=67) == [steady.pk]


@pytest.mark.usefixtures("falling", "rising", "steady")
def test_nobody_loses_by_a_lower_pass_mark(item: GradeItem) -> None:
    assert losing(item, pass_mark=0) == []


@pytest.mark.usefixtures("falling", "rising", "steady")
def test_a_student_who_had_not_passed_does_not_lose_by_a_higher_pass_mark(item: GradeItem) -> None:
    item.pass_mark = 90
    assert losing(item, pass_mark=100) == []


def test_a_fall_to_zero_percent_is_a_loss(item: GradeItem, enrolment: Enrolment) -> None:
    record_attempts(item, enrolment, "3", "0")
    assert losing(item, grading_method=GradeItem.GradingMethod.LAST, pass_mark=0) == [enrolment.pk]


def test_a_rise_from_zero_percent_is_no_loss(item: GradeItem, enrolment: Enrolment) -> None:
    record_attempts(item, enrolment, "3", "0")
    last = GradeItem(pk=item.pk, grading_method=GradeItem.GradingMethod.LAST, pass_mark=90)
    assert gradebook.find_losing_enrolments(last, item) == []


def test_a_fall_by_one_percent_is_a_loss(item: GradeItem, enrolment: Enrolment) -> None:
    record_attempts(item, enrolment, "0.03", "0")
    assert losing(item, grading_method=GradeItem.GradingMethod.LAST, pass_mark=0) == [enrolment.pk]


def test_zero_percent_in_both_attempts_is_no_loss(item: GradeItem, enrolment: Enrolment) -> None:
    record_attempts(item, enrolment, "0", "0")
    assert losing(item, grading_method=GradeItem.GradingMethod.LAST, pass_mark=0) == []


def test_the_highest_revision_counts_whatever_the_order_of_entries(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    changes = [
        record(enrolment, item, points, source=source, number=1, revision=n) for n, points in ((2, "1"), (1, "3"))
    ]
    assert gradebook.compute_item_grade(item, changes).points == 1


def test_a_regrade_replaces_the_attempts_earlier_grade(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    record(enrolment, item, "3", source=source, number=1)
    record(enrolment, item, "1", source=source, number=1, revision=2)
    (item_grade,) = gradebook.get_item_grades(enrolment)
    assert item_grade.percent == 33
    assert item_grade.attempts == 1


def test_a_revision_cannot_be_recorded_twice(enrolment: Enrolment, item: GradeItem) -> None:
    source = uuid4()
    record(enrolment, item, "3", source=source, number=1)
    with pytest.raises(IntegrityError):
        record(enrolment, item, "3", source=source, number=1)


def test_an_activity_without_a_grade_item_cannot_be_graded(enrolment: Enrolment, lesson: Activity) -> None:
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


def test_the_course_grade_is_weighted(item: GradeItem) -> None:
    def item_grade(percent: int | None, weight: str) -> gradebook.ItemGrade:
        return gradebook.ItemGrade(
            GradeItem(activity=item.activity, weight=Decimal(weight)), Decimal(1), Decimal(1), percent, 1
        )

    assert gradebook.course_percent([item_grade(100, "3"), item_grade(50, "1"), item_grade(None, "9")]) == 87
    assert gradebook.course_percent([item_grade(100, "0")]) is None
    assert gradebook.course_percent([item_grade(0, "1")]) == 0
    assert gradebook.course_percent([item_grade(50, "0.5")]) == 50


def test_a_category_counts_as_one_and_drops_its_lowest(item: GradeItem) -> None:
    quizzes = GradeCategory(pk=1, name="Quizzes", weight=Decimal(3), drop_lowest=1)
    nothing = GradeCategory(pk=2, name="Practice", weight=Decimal(0))

    def grade(percent: int | None, weight: int = 1, category: GradeCategory | None = None) -> gradebook.ItemGrade:
        of = GradeItem(activity=item.activity, weight=Decimal(weight), category=category)
        return gradebook.ItemGrade(of, Decimal(1), Decimal(1), percent, 1)

    # The quizzes are 80 and 100 with the weights 1 and 3: 95. The 20 is dropped. 3 × 95 and 1 × 15: 75.
    grades = [grade(20, 1, quizzes), grade(80, 1, quizzes), grade(100, 3, quizzes), grade(15)]
    assert gradebook.course_percent(grades) == 75
    # The last one is never dropped, and a category without a graded item or a weight does not count.
    assert gradebook.course_percent([grade(20, 1, quizzes), grade(100)]) == 40
    assert gradebook.course_percent([grade(None, 1, quizzes), grade(50), grade(100, 1, nothing)]) == 50
    # 1/3 of a percent is not lost before the end.
    thirds = [grade(percent, 1, GradeCategory(pk=3, weight=Decimal(3))) for percent in (100, 100, 99)]
    assert gradebook.course_percent([*thirds, grade(100), grade(100)]) == 99
    assert gradebook.course_percent(thirds) == 99


def test_percentages_are_rounded_down() -> None:
    assert gradebook.percent_of(Decimal("999"), Decimal("1000")) == 99
    assert gradebook.percent_of(Decimal("0"), Decimal("0")) == 0
