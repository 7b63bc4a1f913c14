"""Find the attempts that wait for somebody to grade them by hand."""

from django.db.models import QuerySet

from accounts.models import User
from courses.roles.rules import Permission
from questions import PENDING
from quizzes.attempts.models import Attempt
from quizzes.grading.models import AttemptGrade

# What lists and pages of attempts show of their surroundings.
RELATED = ("quiz__activity", "enrolment__user", "enrolment__course")
# The attempt that has waited longest comes first.
LONGEST_WAITING_FIRST = ("submitted_at", "pk")


def waiting_attempts(user: User) -> QuerySet[Attempt]:
    """Return the attempts that wait for this person to grade them by hand, the longest waiting first."""
    return Attempt.objects.for_staff(user, Permission.GRADE).for_a_person()


def graded_attempts() -> QuerySet[Attempt]:
    """Return the attempts whose grading somebody can look at: graded, in full or in part."""
    return Attempt.objects.select_related("version", *RELATED).filter(
        status__in=[Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW]
    )


def with_pending(rows: list[Attempt]) -> list[tuple[Attempt, list[str]]]:
    """Return [(attempt, uuids of the questions that wait for manual grading)]. One query."""
    last = {grade.attempt_id: grade for grade in AttemptGrade.objects.filter(attempt__in=rows).order_by("revision")}
    return [
        (row, [uuid for uuid, score in last[row.pk].details.items() if score["outcome"] == PENDING]) for row in rows
    ]
