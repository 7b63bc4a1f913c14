"""Compute what reports say of each student: item grades, course grade, hand-ins, completion."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import access, gradebook
from courses.gradebook import ItemGrade
from courses.models import Cohort, Course, Enrolment, GradeItem
from questions import KINDS
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Question
from reports.models import CompletionRule

HAND_IN_KINDS = [name for name, kind in KINDS.items() if kind.with_files]


@dataclass(frozen=True, slots=True)
class StudentReport:
    """One student's row. Percentages are whole numbers, rounded down; None while nothing is graded or asked for."""

    enrolment: Enrolment
    grades: list[ItemGrade]
    grade: int | None
    handed_in: int
    hand_ins: int

    @property
    def hand_in_percent(self) -> int | None:
        return self.handed_in * 100 // self.hand_ins if self.hand_ins else None

    def is_complete(self, rule: CompletionRule) -> bool:
        """Whether the student has reached each percentage of the rule. A course without hand-ins asks for none."""
        hand_ins = self.hand_in_percent
        return (
            self.enrolment.progress_percent >= rule.progress
            and (self.grade or 0) >= rule.grade
            and (hand_ins is None or hand_ins >= rule.hand_ins)
        )


def get_students(course: Course, *, search: str = "", cohort: Cohort | None = None) -> QuerySet[Enrolment]:
    """Return the active enrolments of a course, or of one of its cohorts, by name."""
    found = access.students(course, search)
    return found.filter(cohort=cohort) if cohort else found


def why_nobody(course: Course) -> str:
    """Say of a course without students whether there were some."""
    left = Enrolment.objects.filter(course=course, status=Enrolment.Status.WITHDRAWN).count()
    if not left:
        return _("Nobody is enrolled yet.")
    return ngettext(
        "Nobody is in the course now: %(n)d student has left.",
        "Nobody is in the course now: all %(n)d students have left.",
        left,
    ) % {"n": left}


def get_reports(items: list[GradeItem], enrolments: Sequence[Enrolment], course: Course) -> list[StudentReport]:
    """Return a row for each enrolment, in the same order. Three queries."""
    hand_ins = set(
        Question.objects.filter(
            quiz__activity__course=course, quiz__activity__archived_at=None, archived_at=None, kind__in=HAND_IN_KINDS
        ).values_list("quiz", flat=True)
    )
    handed_in: dict[int, set[int]] = defaultdict(set)
    submitted = Attempt.objects.filter(quiz__in=hand_ins, enrolment__in=enrolments, submitted_at__isnull=False)
    for enrolment, quiz in submitted.values_list("enrolment", "quiz").distinct():
        handed_in[enrolment].add(quiz)
    grades = gradebook.get_grades_of(items, list(enrolments))
    return [
        StudentReport(
            enrolment, own, gradebook.course_percent(own), len(handed_in.get(enrolment.pk, ())), len(hand_ins)
        )
        for enrolment, own in zip(enrolments, grades, strict=True)
    ]


def get_rule(course: Course) -> CompletionRule:
    """Return the course's rule of completion; the default, unsaved, if nobody has set one."""
    return CompletionRule.objects.filter(course=course).first() or CompletionRule(course=course)
