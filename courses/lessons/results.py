"""Read a student's outline with the quizzes that they have not passed yet, in the one query of the outline."""

from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from common.database.prepared import Prepared
from courses import gradebook
from courses.models import ActivityCompletion, Enrolment, GradeChange, GradeItem
from courses.outline.queries import Outline, build_outline


def _completions_with_grades(enrolment_id: int) -> QuerySet[Any, Any]:
    """Return the completions, once for each entry that the grade ledger has about the activity and the student."""
    ledger = "activity__grade_item__changes"
    return (
        ActivityCompletion.objects.filter(enrolment_id=enrolment_id)
        .annotate(change=FilteredRelation(ledger, condition=Q(**{f"{ledger}__enrolment": F("enrolment")})))
        .annotate(
            of=F("activity_id"),
            pass_mark=F("activity__grade_item__pass_mark"),
            grading_method=F("activity__grade_item__grading_method"),
            source=F("change__source"),
            source_number=F("change__source_number"),
            revision=F("change__revision"),
            points=F("change__points"),
            max_points=F("change__max_points"),
        )
        .values(
            "of",
            "done_at",
            "pass_mark",
            "grading_method",
            "source",
            "source_number",
            "revision",
            "points",
            "max_points",
        )
    )


# Prepared statement: the completions of an enrolment with what their grades are computed from.
_COMPLETIONS_WITH_GRADES = Prepared(_completions_with_grades, samples=(-1,))


def get_outline_with_results(enrolment: Enrolment) -> Outline:
    """Return what `get_outline` returns, and which quizzes are not passed yet. One query if the course is cached."""
    done: dict[int, datetime] = {}
    changes: dict[int, list[GradeChange]] = {}
    items: dict[int, GradeItem] = {}
    for row in _COMPLETIONS_WITH_GRADES.values(enrolment.pk):
        activity_id = row["of"]
        done[activity_id] = row["done_at"]
        if row["source"] is None:
            continue
        items[activity_id] = GradeItem(pass_mark=row["pass_mark"], grading_method=row["grading_method"])
        changes.setdefault(activity_id, []).append(
            GradeChange(
                source=row["source"],
                source_number=row["source_number"],
                revision=row["revision"],
                points=row["points"],
                max_points=row["max_points"],
            )
        )
    grades = {pk: gradebook.compute_item_grade(item, changes[pk]) for pk, item in items.items()}
    return build_outline(enrolment, done, frozenset(pk for pk, grade in grades.items() if not grade.is_passed))
