"""Record grades in an append-only ledger, and compute item grades and course grades from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from accounts.models import User
from common.database.prepared import Prepared
from courses.models import Activity, Enrolment, GradeChange, GradeItem

# Prepared statement: the grade item of an activity.
_ITEM_OF_ACTIVITY = Prepared(lambda activity: GradeItem.objects.filter(activity=activity), samples=(-1,))
# Prepared statement: the ledger entries of one student.
_CHANGES_OF_ENROLMENT = Prepared(lambda enrolment: GradeChange.objects.filter(enrolment=enrolment), samples=(-1,))


@dataclass(frozen=True, slots=True)
class ItemGrade:
    """One student's current grade of one grade item, computed from the ledger by the item's grading method.

    `percent` is a whole number, rounded down. It and the points are None if no attempt is graded. `attempts` is the number
    of graded attempts.
    """

    item: GradeItem
    points: Decimal | None
    max_points: Decimal | None
    percent: int | None
    attempts: int

    @property
    def is_passed(self) -> bool:
        return self.percent is not None and self.percent >= self.item.pass_mark


def percent_of(points: Decimal, max_points: Decimal) -> int:
    """Return 100 × points / max_points, rounded down: only full marks give 100. Return 0 if `max_points` is 0."""
    return int(points * 100 / max_points) if max_points else 0


def record_change(
    *,
    activity: Activity,
    enrolment: Enrolment,
    source: UUID,
    source_number: int,
    points: Decimal,
    max_points: Decimal,
    reason: GradeChange.Reason,
    now: datetime,
    revision: int = 1,
    actor: User | None = None,
) -> GradeChange:
    """Add an entry to the ledger: `source` (an attempt's uuid) is worth `points` of `max_points`.

    Raises IntegrityError if the ledger already has this revision of the source, and GradeItem.DoesNotExist if the
    activity has no grade item.
    """
    item = _ITEM_OF_ACTIVITY.first(activity.pk)
    if item is None:
        raise GradeItem.DoesNotExist(f"Nothing is graded by {activity}.")
    return GradeChange.objects.create(
        item=item,
        enrolment=enrolment,
        source=source,
        source_number=source_number,
        revision=revision,
        points=points,
        max_points=max_points,
        reason=reason,
        actor=actor,
        at=now,
    )


def compute_item_grade(item: GradeItem, changes: Iterable[GradeChange]) -> ItemGrade:
    """Compute one student's grade of `item` from the ledger entries of that student and item.

    Only the last revision of each attempt counts. The grading method then selects an attempt or averages all. "Highest"
    compares points / max_points; of equal attempts it selects the first. An attempt with `max_points` 0 counts as 0.
    """
    latest: dict[UUID, GradeChange] = {}
    for change in changes:
        known = latest.get(change.source)
        if known is None or change.revision > known.revision:
            latest[change.source] = change
    if not latest:
        return ItemGrade(item, None, None, None, 0)
    if item.grading_method == GradeItem.GradingMethod.AVERAGE:
        return _average(item, list(latest.values()))
    if item.grading_method == GradeItem.GradingMethod.LAST:
        chosen = max(latest.values(), key=lambda change: change.source_number)
    else:
        chosen = max(latest.values(), key=lambda c: (c.points / c.max_points if c.max_points else 0, -c.source_number))
    return ItemGrade(item, chosen.points, chosen.max_points, percent_of(chosen.points, chosen.max_points), len(latest))


def _average(item: GradeItem, changes: list[GradeChange]) -> ItemGrade:
    """Average points / max_points over all attempts, times the last attempt's `max_points`, rounded down to 0.01."""
    # Fractions are exact. With decimals, three times one third would be less than one.
    fractions = [Fraction(c.points) / Fraction(c.max_points) if c.max_points else Fraction(0) for c in changes]
    out_of = max(changes, key=lambda change: change.source_number).max_points
    cents = int(sum(fractions, Fraction(0)) / len(fractions) * Fraction(out_of) * 100)
    points = Decimal(cents) / 100
    return ItemGrade(item, points, out_of, percent_of(points, out_of), len(changes))


def get_items(course_id: int) -> list[GradeItem]:
    """Return the grade items of a course in the order of the outline, without those of archived activities. One query."""
    items = GradeItem.objects.filter(activity__course_id=course_id, activity__archived_at=None)
    return list(
        items.select_related("activity").order_by("activity__module__position", "activity__position", "activity_id")
    )


def get_grades_of(items: list[GradeItem], enrolments: list[Enrolment]) -> list[list[ItemGrade]]:
    """Return the grades of each student, in the order of `enrolments`: a grade for each item. One query."""
    changes: dict[tuple[int, int], list[GradeChange]] = {}
    for change in GradeChange.objects.filter(enrolment__in=enrolments):
        changes.setdefault((change.enrolment_id, change.item_id), []).append(change)
    return [
        [compute_item_grade(item, changes.get((enrolment.pk, item.pk), [])) for item in items]
        for enrolment in enrolments
    ]


def get_item_grades(enrolment: Enrolment, items: Iterable[GradeItem] | None = None) -> list[ItemGrade]:
    """Return the student's grade of each grade item of the course, in the order of the outline.

    Archived activities are left out. One query if the `items` are given, else two.
    """
    if items is None:
        items = get_items(enrolment.course_id)
    by_item: dict[int, list[GradeChange]] = {}
    for change in _CHANGES_OF_ENROLMENT.instances(enrolment.pk):
        by_item.setdefault(change.item_id, []).append(change)
    return [compute_item_grade(item, by_item.get(item.pk, [])) for item in items]


def get_changes_by_enrolment(item: GradeItem) -> dict[int, list[GradeChange]]:
    """Return the ledger entries of one grade item: {enrolment id: [entries]}. One query."""
    by_enrolment: dict[int, list[GradeChange]] = {}
    for change in GradeChange.objects.filter(item=item):
        by_enrolment.setdefault(change.enrolment_id, []).append(change)
    return by_enrolment


def find_changed_percents(item: GradeItem, new_rules: GradeItem) -> dict[int, tuple[int, int]]:
    """Return the grades that another grading method would change: {enrolment id: (percent before, percent after)}.

    `new_rules` is an unsaved grade item with that grading method. One query.
    """
    percents = {
        enrolment_id: (before.percent or 0, after.percent or 0)
        for enrolment_id, before, after in _compare_rules(item, new_rules)
    }
    return {enrolment_id: (before, after) for enrolment_id, (before, after) in percents.items() if before != after}


def find_losing_enrolments(item: GradeItem, new_rules: GradeItem) -> list[int]:
    """Return the ids of enrolments whose percentage would fall, or that would no longer pass, by `new_rules`.

    `new_rules` is an unsaved grade item with another grading method or pass mark. One query.
    """
    return [
        enrolment_id
        for enrolment_id, before, after in _compare_rules(item, new_rules)
        if (after.percent or 0) < (before.percent or 0) or (before.is_passed and not after.is_passed)
    ]


def _compare_rules(item: GradeItem, new_rules: GradeItem) -> list[tuple[int, ItemGrade, ItemGrade]]:
    """Return [(enrolment id, grade by the present rules, grade by the new rules)] of all graded students. One query."""
    return [
        (enrolment_id, compute_item_grade(item, changes), compute_item_grade(new_rules, changes))
        for enrolment_id, changes in get_changes_by_enrolment(item).items()
    ]


def course_percent(item_grades: Iterable[ItemGrade]) -> int | None:
    """Return the course grade so far in whole percent, or None if no item with a weight is graded.

    It is Σ(weight × percent) / Σ(weight) over the graded items, rounded down.
    """
    graded = [grade for grade in item_grades if grade.percent is not None and grade.item.weight]
    weight = sum((grade.item.weight for grade in graded), Decimal(0))
    if not weight:
        return None
    return int(sum((grade.item.weight * (grade.percent or 0) for grade in graded), Decimal(0)) / weight)
