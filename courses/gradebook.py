"""Record grades in an append-only ledger, and compute item grades and course grades from it."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from uuid import UUID

from accounts.models import User
from common.database.prepared import Prepared
from courses.models import BY_HAND, Activity, Enrolment, GradeCategory, GradeChange, GradeItem

# Prepared statement: the grade item of an activity.
_ITEM_OF_ACTIVITY = Prepared(lambda activity: GradeItem.objects.filter(activity=activity), samples=(-1,))
# Prepared statement: the ledger entries of one student.
_CHANGES_OF_ENROLMENT = Prepared(lambda enrolment: GradeChange.objects.filter(enrolment=enrolment), samples=(-1,))
# The same of what students may know.
_RELEASED_CHANGES_OF_ENROLMENT = Prepared(
    lambda enrolment: GradeChange.objects.released().filter(enrolment=enrolment), samples=(-1,)
)
# What an item grade is computed from. Rows of these columns are read where there are thousands of entries.
_COUNTED = ("enrolment_id", "item_id", "source", "source_number", "revision", "points", "max_points")


FULL = 100
# (weight, percent). Of an item the percent is whole, of a category a fraction.
_Weighted = tuple[Decimal, int | Fraction]


@dataclass(frozen=True, slots=True)
class ItemGrade:
    """One student's current grade of one grade item, computed from the ledger by the item's grading method.

    `percent` is a whole number, rounded down. It and the points are None if no attempt is graded. `attempts` is the number
    of graded attempts. `is_by_hand`: a person has set it, and attempts do not change it.
    """

    item: GradeItem
    points: Decimal | None
    max_points: Decimal | None
    percent: int | None
    attempts: int
    is_by_hand: bool = False

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


def lock_is_held(activity_id: int) -> bool:
    """Return whether the grades of an activity are held back. Its grade item is locked until the transaction ends.

    Whoever tells of a grade asks here: a release at the same moment waits, and tells of what was kept back until then.
    """
    # Entries of the ledger lock the item's key. A lock of the whole row would wait for those of others, and they for it.
    items = GradeItem.objects.select_for_update(no_key=True).filter(activity=activity_id)
    return any(items.values_list("is_held", flat=True))


def compute_item_grade(item: GradeItem, changes: Iterable[GradeChange]) -> ItemGrade:
    """Compute one student's grade of `item` from the ledger entries of that student and item.

    A grade that a person has set counts until it is taken back. Else only the last revision of each attempt counts.
    The grading method then selects an attempt or averages all. "Highest"
    compares points / max_points; of equal attempts it selects the first. An attempt with `max_points` 0 counts as 0.
    """
    latest: dict[UUID, GradeChange] = {}
    by_hand: GradeChange | None = None
    for change in changes:
        if change.source_number == BY_HAND:
            by_hand = change if by_hand is None or change.revision > by_hand.revision else by_hand
            continue
        known = latest.get(change.source)
        if known is None or change.revision > known.revision:
            latest[change.source] = change
    if by_hand is not None and by_hand.max_points:
        percent = percent_of(by_hand.points, by_hand.max_points)
        return ItemGrade(item, by_hand.points, by_hand.max_points, percent, len(latest), is_by_hand=True)
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
        items.select_related("activity", "category").order_by(
            "activity__module__position", "activity__position", "activity_id"
        )
    )


def get_grades_of(items: list[GradeItem], enrolments: list[Enrolment]) -> list[list[ItemGrade]]:
    """Return the grades of each student, in the order of `enrolments`: a grade for each item. One query."""
    changes: dict[tuple[int, int], list[GradeChange]] = {}
    for change in GradeChange.objects.filter(enrolment__in=enrolments).values_list(*_COUNTED, named=True):
        changes.setdefault((change.enrolment_id, change.item_id), []).append(change)
    return [
        [compute_item_grade(item, changes.get((enrolment.pk, item.pk), [])) for item in items]
        for enrolment in enrolments
    ]


def get_course_percents(items: Iterable[GradeItem], enrolment_ids: Iterable[int]) -> dict[int, int | None]:
    """Return {enrolment: course grade in whole percent, or None} of many students. One query, which reads no objects."""
    wanted = set(enrolment_ids)
    found: dict[int, dict[int, list[GradeChange]]] = {pk: {} for pk in wanted}
    by_id = {item.pk: item for item in items}
    for row in GradeChange.objects.filter(item__in=by_id).values_list(*_COUNTED, named=True):
        if row.enrolment_id in wanted:
            found[row.enrolment_id].setdefault(row.item_id, []).append(row)
    return {
        pk: _combine((by_id[item], _compute_percent(by_id[item], changes)) for item, changes in of_student.items())
        for pk, of_student in found.items()
    }


def _compute_percent(item: GradeItem, changes: Sequence[GradeChange]) -> int | None:
    """Return the percent of `compute_item_grade`. Most grades have one entry, which is worth the same by every method."""
    if len(changes) != 1:
        return compute_item_grade(item, changes).percent
    [only] = changes
    is_taken_back = only.source_number == BY_HAND and not only.max_points
    return None if is_taken_back else percent_of(only.points, only.max_points)


def get_item_grades(
    enrolment: Enrolment, items: Iterable[GradeItem] | None = None, *, with_held: bool = False
) -> list[ItemGrade]:
    """Return the student's grade of each grade item of the course, in the order of the outline.

    What is held back counts as not graded, unless `with_held`, which is for staff. Archived activities are left out.
    One query if the `items` are given, else two.
    """
    if items is None:
        items = get_items(enrolment.course_id)
    by_item: dict[int, list[GradeChange]] = {}
    statement = _CHANGES_OF_ENROLMENT if with_held else _RELEASED_CHANGES_OF_ENROLMENT
    for change in statement.instances(enrolment.pk):
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

    It is Σ(weight × percent) / Σ(weight), rounded down, over the graded items that have no category and over the categories with
    a graded item. The percent of a category is the same over its items, without the lowest ones that it drops.
    """
    return _combine((grade.item, grade.percent) for grade in item_grades)


def _combine(percents: Iterable[tuple[GradeItem, int | None]]) -> int | None:
    alone: list[_Weighted] = []
    grouped: dict[GradeCategory, list[_Weighted]] = {}
    for item, percent in percents:
        if percent is not None and item.weight:
            of = alone if item.category_id is None else grouped.setdefault(_category(item), [])
            of.append((item.weight, percent))
    for category, grades in grouped.items():
        if category.weight:
            counted = sorted(grades, key=itemgetter(1))[min(category.drop_lowest, len(grades) - 1) :]
            alone.append((category.weight, _mean(counted)))
    return int(_mean(alone)) if alone else None


def assume(item_grades: Iterable[ItemGrade], percents: Mapping[int, int]) -> list[ItemGrade]:
    """Return the grades as if those of some items, {id: percent}, were others. Stores nothing."""
    return [
        replace(grade, percent=percents[grade.item.pk]) if grade.item.pk in percents else grade for grade in item_grades
    ]


def percent_needed(item_grades: Sequence[ItemGrade], target: int) -> int | None:
    """Return the least percent in each item without a grade with which the course grade is `target`. None if 100 do not suffice.

    0 if it is reached whatever comes. The course grade never falls when a percent rises, so halving finds it.
    """
    left = [grade.item.pk for grade in item_grades if grade.percent is None]

    def reached(percent: int) -> bool:
        return (course_percent(assume(item_grades, dict.fromkeys(left, percent))) or 0) >= target

    needed = bisect_left(range(FULL + 1), True, key=reached)
    return needed if needed <= FULL else None


def _category(item: GradeItem) -> GradeCategory:
    assert item.category is not None
    return item.category


def _mean(weighted: Sequence[_Weighted]) -> Fraction:
    """Return the mean, exactly: rounding a category first would lose a percent of the course."""
    # Decimals are exact for whole percents, and ten times as fast as fractions. A large course has 50,000 grades.
    whole = sum((weight * percent for weight, percent in weighted if isinstance(percent, int)), Decimal(0))
    parts = sum((Fraction(w) * part for w, part in weighted if isinstance(part, Fraction)), Fraction(0))
    return (Fraction(whole) + parts) / Fraction(sum((weight for weight, _percent in weighted), Decimal(0)))
