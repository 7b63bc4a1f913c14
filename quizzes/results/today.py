"""Tell students on the start page which of their quizzes are due, and what their last result was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from courses.models import Activity, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import get_rules_for_all
from quizzes.authoring.models import Quiz

# A quiz that is due later than this is not shown yet.
SHOWN_BEFORE = timedelta(days=14)
# How many quizzes the start page lists.
LONGEST_LIST = 5


@dataclass(frozen=True, slots=True)
class DueQuiz:
    """A quiz that one student has not submitted yet. `at` is its due date, or when it closes if it has none.

    `days` counts the midnights until then in the active time zone; it is negative if the due date has passed.
    """

    activity: Activity
    at: datetime
    days: int
    is_late: bool


def find_due(enrolments: Sequence[Enrolment], now: datetime) -> list[DueQuiz]:
    """Return the quizzes that a student can still submit and that are due soon or late, the first due first.

    Four queries at most, for any number of quizzes.
    """
    by_course = {enrolment.course_id: enrolment for enrolment in enrolments}
    quizzes = Quiz.objects.filter(
        activity__course__in=by_course,
        activity__kind=Activity.Kind.QUIZ,
        activity__archived_at=None,
        current_version__isnull=False,
    ).select_related("activity__course")
    pairs = [(quiz, by_course[quiz.activity.course_id]) for quiz in quizzes]
    rules = get_rules_for_all(pairs)
    found: list[tuple[Quiz, datetime]] = []
    for quiz, enrolment in pairs:
        each = rules[quiz.pk, enrolment.pk]
        end = each.due_at or each.closes_at
        if end is not None and each.is_open(now) and end <= now + SHOWN_BEFORE:
            found.append((quiz, end))
    if not found:
        return []
    submitted = set(
        Attempt.objects.filter(quiz__in={quiz.pk for quiz, _end in found}, enrolment__in=[e.pk for e in enrolments])
        .exclude(status=Attempt.Status.IN_PROGRESS)
        .values_list("quiz_id", flat=True)
    )
    today = timezone.localdate(now)
    return [
        DueQuiz(quiz.activity, end, (timezone.localdate(end) - today).days, end <= now)
        for quiz, end in sorted(found, key=lambda pair: pair[1])
        if quiz.pk not in submitted
    ]


def find_last_result(enrolments: Sequence[Enrolment]) -> Attempt | None:
    """Return the attempt at a quiz that was graded last, with quiz, activity and course, or None. One query."""
    return (
        Attempt.objects.filter(
            enrolment__in=[enrolment.pk for enrolment in enrolments],
            status=Attempt.Status.GRADED,
            quiz__activity__kind=Activity.Kind.QUIZ,
            quiz__activity__archived_at=None,
        )
        .select_related("quiz__activity__course")
        .order_by("-graded_at", "-pk")
        .first()
    )


def due_section(enrolments: Sequence[Enrolment], now: datetime) -> SafeString:
    """Return the section of what is due; "" if nothing is."""
    due = find_due(enrolments, now)
    if not due:
        return SafeString("")
    return render_to_string(
        "quizzes/_due_section.html", {"due": due[:LONGEST_LIST], "more": max(0, len(due) - LONGEST_LIST)}
    )


def result_section(enrolments: Sequence[Enrolment], now: datetime) -> SafeString:
    """Return the section of the last result; "" if nothing has been graded yet."""
    attempt = find_last_result(enrolments)
    if attempt is None:
        return SafeString("")
    is_passed = (attempt.percent or 0) >= attempt.quiz.pass_mark
    return render_to_string("quizzes/_last_result.html", {"attempt": attempt, "is_passed": is_passed})
