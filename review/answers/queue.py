"""Find what waits for somebody: attempts to grade by hand, and late answers to decide on."""

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from accounts.models import User
from courses.models import Enrolment
from courses.roles.rules import Permission
from questions import PENDING
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.grading.models import AttemptGrade
from review import extensions

# What lists and pages of attempts show of their surroundings.
RELATED = ("quiz__activity", "enrolment__user", "enrolment__course")
# The attempt that has waited longest comes first.
LONGEST_WAITING_FIRST = ("submitted_at", "pk")
# Of students who are still in the course. Nobody waits for the answers of the others.
IS_IN_COURSE = Q(enrolment__status=Enrolment.Status.ACTIVE)
# Attempts whose late answers can be decided on.
DECIDABLE = [Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW]


def waiting_attempts(user: User) -> QuerySet[Attempt]:
    """Return the attempts that wait for this person to grade them by hand, the longest waiting first."""
    return Attempt.objects.for_staff(user, Permission.GRADE).for_a_person()


def attempts_of_the_departed(user: User) -> QuerySet[Attempt]:
    """Return the attempts of students who have left the course that would wait for this person, the longest waiting first."""
    attempts = Attempt.objects.for_staff(user, Permission.GRADE).filter(status=Attempt.Status.NEEDS_REVIEW)
    return attempts.exclude(IS_IN_COURSE).order_by(*LONGEST_WAITING_FIRST)


def count_elsewhere(user: User) -> dict[str, int]:
    """Count what is not in the list of those that wait: {"failed": could not be graded, "departed": of who left}. One query."""
    attempts = Attempt.objects.for_staff(user, Permission.GRADE)
    failed, waiting = Q(status=Attempt.Status.NEEDS_ATTENTION), Q(status=Attempt.Status.NEEDS_REVIEW)
    is_open = LateAnswer.objects.filter(attempt=OuterRef("pk"), verdict=LateAnswer.Verdict.OPEN)
    departed = (waiting | Q(Exists(is_open), status__in=DECIDABLE)) & ~IS_IN_COURSE
    found: dict[str, int] = attempts.filter(failed | departed).aggregate(
        failed=Count("pk", filter=failed), departed=Count("pk", filter=departed)
    )
    return found


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


def with_open_late_answers(user: User, *, is_departed: bool = False) -> QuerySet[Attempt]:
    """Return the attempts with undecided late answers. The attempt that has waited longest comes first.

    With `is_departed`, those of students who have left the course, else those of the others.
    """
    is_open = _has_open_late_answer()
    return (
        Attempt.objects.for_staff(user, Permission.GRADE)
        .filter(~IS_IN_COURSE if is_departed else IS_IN_COURSE, is_open, status__in=DECIDABLE)
        .annotate(late=Count("late_answers", filter=is_open), since=Min("late_answers__received_at", filter=is_open))
        .order_by("since", "pk")
    )


def count_waiting(user: User) -> int:
    """Count the attempts that wait for this person to grade them or to decide on late answers, and what other apps add.

    Two queries, and those of other apps.
    """
    attempts = Attempt.objects.for_staff(user, Permission.GRADE)
    # Each page of the admin counts. The queue's own query, with its order and groups, takes twice as long.
    late = attempts.filter(IS_IN_COURSE, _has_open_late_answer(), status__in=DECIDABLE).distinct()
    return attempts.for_a_person().count() + late.count() + extensions.count_registered(user)


def _has_open_late_answer() -> Q:
    return Q(late_answers__verdict=LateAnswer.Verdict.OPEN)
