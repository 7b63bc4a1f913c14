"""Read a student's attempts at all graded quizzes, and their rules, in one query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from courses.models import Activity, Course, Enrolment
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import combine
from quizzes.authoring.models import Quiz
from quizzes.results import visibility
from quizzes.results.overview import QuizOverview, build_overview


@dataclass(frozen=True, slots=True)
class QuizState:
    """Where one student stands at one graded quiz: the attempts and what the rules allow.

    Of quiz, activity and attempts it has only what `queries.get_quizzes_with_attempts` reads.
    """

    quiz: Quiz
    overview: QuizOverview
    answers_shown: bool

    @property
    def is_submitted(self) -> bool:
        return any(attempt.status != Attempt.Status.IN_PROGRESS for attempt in self.overview.attempts)


# {(quiz id, enrolment id): state}
QuizStates = Mapping[tuple[int, int], QuizState]


def get_quiz_states(user: User, enrolments: Mapping[int, Enrolment], now: datetime) -> QuizStates:
    """Return where the user stands at the graded quizzes of `enrolments`, {id: enrolment with its course}. One query."""
    first: dict[tuple[int, int], dict[str, Any]] = {}
    quizzes: dict[tuple[int, int], Quiz] = {}
    attempts: dict[tuple[int, int], list[Attempt]] = {}
    for row in queries.get_quizzes_with_attempts(user):
        enrolment = enrolments.get(row["enrolment_id"])
        if enrolment is None:
            continue
        pair = (row["quiz_id"], row["enrolment_id"])
        if pair not in first:
            first[pair], quizzes[pair], attempts[pair] = row, _read_quiz(row, enrolment.course), []
        if row["attempt_id"] is not None:
            state = _fields(row, "attempt_", queries.STATE_FIELDS)
            attempt = Attempt(pk=row["attempt_id"], quiz=quizzes[pair], enrolment_id=enrolment.pk, **state)
            attempt.is_held, attempt.release_at = row["is_held"], row["release_at"]
            attempts[pair].append(attempt.hide_held())
    return {pair: _build_state(quiz, attempts[pair], first[pair], now) for pair, quiz in quizzes.items()}


def _read_quiz(row: Mapping[str, Any], course: Course) -> Quiz:
    names = _fields(row, "activity_", queries.NAME_FIELDS)
    activity = Activity(pk=row["activity_id"], course=course, kind=Activity.Kind.QUIZ, **names)
    return Quiz(pk=row["quiz_id"], activity=activity, **_fields(row, "quiz_", queries.RULE_FIELDS))


def _fields(row: Mapping[str, Any], prefix: str, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[prefix + name] for name in names}


def _build_state(quiz: Quiz, attempts: list[Attempt], row: Mapping[str, Any], now: datetime) -> QuizState:
    overview = build_overview(quiz, attempts, combine(quiz, row), now)
    return QuizState(quiz, overview, visibility.answers_shown(quiz, overview, now))


def is_lesson_check_shown(quiz: Quiz) -> bool:
    """Return whether the answers to a lesson check are shown after an attempt. It has no rules that change with time."""
    return quiz.activity.kind == Activity.Kind.LESSON and quiz.show_answers != Quiz.ShowAnswers.NEVER
