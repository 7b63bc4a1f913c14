"""Tell students on the start page which of their quizzes are due, and what their last result was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from courses.models import Activity
from quizzes.attempts.models import Attempt
from quizzes.results.quiz_states import QuizStates
from quizzes.results.visibility import is_passed

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


def find_due(states: QuizStates, now: datetime) -> list[DueQuiz]:
    """Return the quizzes that a student can still submit and that are due soon or late, the first due first. No query."""
    found: list[tuple[Activity, datetime]] = []
    for state in states.values():
        rules = state.overview.rules
        end = rules.due_at or rules.closes_at
        is_asked = state.quiz.current_version_id is not None and not state.is_submitted
        if is_asked and end is not None and rules.is_open(now) and end <= now + SHOWN_BEFORE:
            found.append((state.quiz.activity, end))
    today = timezone.localdate(now)
    return [
        DueQuiz(activity, end, (timezone.localdate(end) - today).days, end <= now)
        for activity, end in sorted(found, key=lambda pair: pair[1])
    ]


def find_last_result(states: QuizStates) -> Attempt | None:
    """Return the attempt at a quiz that was graded last, with quiz, activity and course, or None. No query."""
    graded = [
        (attempt.graded_at, attempt.pk, attempt)
        for state in states.values()
        for attempt in state.overview.attempts
        if attempt.status == Attempt.Status.GRADED and attempt.graded_at is not None
    ]
    return max(graded)[2] if graded else None


def due_section(states: QuizStates, now: datetime) -> SafeString:
    """Return the section of what is due; "" if nothing is."""
    due = find_due(states, now)
    if not due:
        return SafeString("")
    return render_to_string(
        "quizzes/_due_section.html", {"due": due[:LONGEST_LIST], "more": max(0, len(due) - LONGEST_LIST)}
    )


def result_section(states: QuizStates) -> SafeString:
    """Return the section of the last result; "" if nothing has been graded yet."""
    attempt = find_last_result(states)
    if attempt is None:
        return SafeString("")
    return render_to_string("quizzes/_last_result.html", {"attempt": attempt, "is_passed": is_passed(attempt)})
