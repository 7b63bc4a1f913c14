"""Read a student's outline with the grades, in one query."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, DecimalField, F, Field, IntegerField, QuerySet, UUIDField, Value

from common.database.prepared import Prepared
from courses import gradebook
from courses.gradebook import ItemGrade
from courses.models import ActivityCompletion, Enrolment, GradeChange
from courses.outline.published import get_published
from courses.outline.queries import Outline, build_outline

# The columns of an entry of the grade ledger that grades are computed from.
_LEDGER: dict[str, "Field[Any, Any]"] = {
    "source": UUIDField(),
    "source_number": IntegerField(),
    "revision": IntegerField(),
    "points": DecimalField(),
    "max_points": DecimalField(),
}
_COLUMNS = ("of", "done", *(f"grade_{name}" for name in _LEDGER))


def _changes_and_completions(enrolment_id: int) -> QuerySet[Any, Any]:
    """Return the released entries of the grade ledger and the completions. What a row lacks is None."""
    changes = (
        GradeChange.objects.released()
        .filter(enrolment_id=enrolment_id)
        .order_by()
        .annotate(
            of=F("item__activity_id"),
            done=Value(None, output_field=DateTimeField()),
            **{f"grade_{name}": F(name) for name in _LEDGER},
        )
    )
    completions = ActivityCompletion.objects.filter(enrolment_id=enrolment_id).annotate(
        of=F("activity_id"),
        done=F("done_at"),
        **{f"grade_{name}": Value(None, output_field=field) for name, field in _LEDGER.items()},
    )
    rows: QuerySet[Any, Any] = changes.values(*_COLUMNS).union(completions.values(*_COLUMNS), all=True)
    return rows


# Prepared statement: what a student has done in a course, and what its grades are computed from.
_CHANGES_AND_COMPLETIONS = Prepared(_changes_and_completions, samples=(-1,))


def get_outline_with_grades(enrolment: Enrolment) -> tuple[Outline, list[ItemGrade]]:
    """Return what `get_outline` returns, with the quizzes that are not passed yet, and the student's item grades.

    One query if the course is cached.
    """
    done: dict[int, datetime] = {}
    changes: dict[int, list[GradeChange]] = {}
    for row in _CHANGES_AND_COMPLETIONS.values(enrolment.pk):
        if row["done"] is not None:
            done[row["of"]] = row["done"]
        else:
            change = GradeChange(**{name: row[f"grade_{name}"] for name in _LEDGER})
            changes.setdefault(row["of"], []).append(change)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    grades = [gradebook.compute_item_grade(item, changes.get(item.activity_id, [])) for item in course.grade_items]
    tried = {grade.item.activity_id for grade in grades if grade.attempts and not grade.is_passed}
    return build_outline(enrolment, done, tried), grades
