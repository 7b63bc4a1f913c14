"""Compute the course grade with grades that somebody assumes, and what is needed to reach a target. Nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses import gradebook
from courses.gradebook import FULL, ItemGrade


@dataclass(frozen=True, slots=True)
class Line:
    """One item: its grade, the name of its field, what was typed into it, and whether that is no percent."""

    grade: ItemGrade
    field: str
    typed: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`now` is the course grade, `then` the one with what is assumed. `needed` is the percent in each item that is `left`."""

    lines: list[Line]
    now: int | None
    then: int | None
    is_assumed: bool
    target: int
    left: int
    needed: int | None


def compute(grades: Sequence[ItemGrade], given: Mapping[str, str], default_target: int) -> WhatIf:
    """Return the answer to the fields of a form: `if-<slug of the activity>` and `target`, whole percents. No query."""
    lines = []
    assumed: dict[int, int] = {}
    for grade in grades:
        field = field_of(grade)
        typed = given.get(field, "").strip()[:10]
        percent = read_percent(typed)
        lines.append(Line(grade, field, typed, is_wrong=bool(typed) and percent is None))
        if percent is not None:
            assumed[grade.item.pk] = percent
    target = read_percent(given.get("target", ""))
    target = default_target if target is None else target
    then = gradebook.assume(grades, assumed)
    return WhatIf(
        lines,
        gradebook.course_percent(grades),
        gradebook.course_percent(then),
        bool(assumed),
        target,
        left=sum(grade.percent is None for grade in then),
        needed=gradebook.percent_needed(then, target),
    )


def assume(grades: Sequence[ItemGrade], assumed: Mapping[UUID, int], target: int | None, default_target: int) -> WhatIf:
    """Return what `compute` returns, for percents by the uuid of the activity. Activities without a grade say nothing."""
    given = {
        field_of(grade): str(assumed[grade.item.activity.uuid])
        for grade in grades
        if grade.item.activity.uuid in assumed
    }
    return compute(grades, given, default_target if target is None else target)


def field_of(grade: ItemGrade) -> str:
    return f"if-{grade.item.activity.slug}"


def read_percent(text: str) -> int | None:
    """Return a whole percent. None for everything else."""
    text = text.strip().removesuffix("%")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= FULL else None
