"""Owns grades: an append-only ledger of changes, whose fold is the standing. Nothing edits a grade in place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from accounts.models import User
from common.database.prepared import Prepared, PreparedInsert
from courses.models import Activity, Enrolment, GradeChange, GradeItem


@dataclass(frozen=True, slots=True)
class ItemGrade:
    """What one grade item stands at for one student: the fold of the ledger by the item's rule.

    `percent` is a whole number rounded down and None while nothing is graded; `attempts` counts graded sources.
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
    """`points` as a whole percentage of `max_points`, rounded down, so that 100 means full marks."""
    return int(points * 100 / max_points) if max_points else 0


_ITEM = Prepared(lambda activity: GradeItem.objects.filter(activity=activity), samples=(-1,))
_CHANGE = PreparedInsert(GradeChange)


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
    """Add what `source` (an attempt) is worth to the ledger.

    Raises IntegrityError when this revision of the source is in the ledger already, and GradeItem.DoesNotExist for an
    activity that is not graded.
    """
    item = _ITEM.first(activity.pk)
    if item is None:
        raise GradeItem.DoesNotExist(f"Nothing is graded by {activity}.")
    return _CHANGE.create(
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


def fold(item: GradeItem, changes: Iterable[GradeChange]) -> ItemGrade:
    """The standing of `item` by its changes of one student: each source at its last revision, then the item's rule."""
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
        best = max(latest.values(), key=lambda change: change.source_number)
    else:
        best = max(latest.values(), key=lambda c: (c.points / c.max_points if c.max_points else 0, -c.source_number))
    return ItemGrade(item, best.points, best.max_points, percent_of(best.points, best.max_points), len(latest))


def _average(item: GradeItem, changes: list[GradeChange]) -> ItemGrade:
    """The mean of the attempts' fractions, told in points of the last attempt's maximum, rounded down to 0.01."""
    # Fractions, because thirds in decimals would add up to less than one.
    fractions = [Fraction(c.points) / Fraction(c.max_points) if c.max_points else Fraction(0) for c in changes]
    out_of = max(changes, key=lambda change: change.source_number).max_points
    cents = int(sum(fractions, Fraction(0)) / len(fractions) * Fraction(out_of) * 100)
    points = Decimal(cents) / 100
    return ItemGrade(item, points, out_of, percent_of(points, out_of), len(changes))


def get_item_grades(enrolment: Enrolment) -> list[ItemGrade]:
    """One standing for each grade item of the course, in the order of the outline. Two queries."""
    items = (
        GradeItem.objects.filter(activity__course_id=enrolment.course_id, activity__archived_at=None)
        .select_related("activity")
        .order_by("activity__module__position", "activity__position", "activity_id")
    )
    by_item: dict[int, list[GradeChange]] = {}
    for change in GradeChange.objects.filter(enrolment=enrolment):
        by_item.setdefault(change.item_id, []).append(change)
    return [fold(item, by_item.get(item.pk, [])) for item in items]


def get_changes_by_enrolment(item: GradeItem) -> dict[int, list[GradeChange]]:
    """The ledger of one item by enrolment. One query."""
    by_student: dict[int, list[GradeChange]] = {}
    for change in GradeChange.objects.filter(item=item):
        by_student.setdefault(change.enrolment_id, []).append(change)
    return by_student


def find_changed_percents(item: GradeItem, by: GradeItem) -> dict[int, tuple[int, int]]:
    """Whose standing at an item is another one by the rule of `by` (unsaved): {enrolment id: (percent by item, by `by`)}."""
    both = {student: (before.percent or 0, after.percent or 0) for student, before, after in _folds(item, by)}
    return {student: (before, after) for student, (before, after) in both.items() if before != after}


def find_losing_enrolments(item: GradeItem, by: GradeItem) -> list[int]:
    """Who would stand lower at an item by the rule and the pass mark of `by` (unsaved), or no longer have passed:
    enrolment ids."""
    return [
        student
        for student, before, after in _folds(item, by)
        if (after.percent or 0) < (before.percent or 0) or (before.is_passed and not after.is_passed)
    ]


def _folds(item: GradeItem, by: GradeItem) -> list[tuple[int, ItemGrade, ItemGrade]]:
    """Everybody's standing at an item by its rule and by another's."""
    return [
        (student, fold(item, changes), fold(by, changes)) for student, changes in get_changes_by_enrolment(item).items()
    ]


def course_percent(of: Iterable[ItemGrade]) -> int | None:
    """The course's grade so far: the mean of what is graded, weighted, in whole percent; None when nothing is."""
    graded = [standing for standing in of if standing.percent is not None and standing.item.weight]
    weight = sum((standing.item.weight for standing in graded), Decimal(0))
    if not weight:
        return None
    return int(sum((standing.item.weight * (standing.percent or 0) for standing in graded), Decimal(0)) / weight)
