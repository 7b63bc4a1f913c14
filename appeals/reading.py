"""Find the appeals of an attempt, and say against which answers a student may still appeal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Subquery

from appeals.models import Appeal
from common.database.json_rows import json_rows
from courses.models import Activity
from questions import PENDING
from quizzes.attempts.models import Attempt
from quizzes.results.attempt_results import Result
from quizzes.results.question_results import HIDDEN, QuestionResult

Status = Appeal.Status


@dataclass(frozen=True, slots=True)
class AppealState:
    """What stands below an answer: the status of its appeal, and what staff answered."""

    status: str
    answer: str


def appeals_of_attempt() -> Subquery:
    """Return the expression that reads the appeals of an attempt with its gradings."""
    return json_rows(Appeal.objects.all(), {"attempt": "attempt"}, "question", "status", "answer")


def get_states(result: Result) -> dict[str, AppealState]:
    """Return the appeals of a result by question. No query."""
    rows: list[Mapping[str, Any]] = getattr(result.last_grade, "appeals", None) or []
    return {str(UUID(row["question"])): AppealState(row["status"], row["answer"]) for row in rows}


def as_shown(appeal: Appeal, attempt: Attempt) -> Appeal:
    """Return an appeal as its student may see it: without its decision while the grades are held back."""
    return appeal.hide_decision() if attempt.is_held else appeal


def has_grade(attempt: Attempt) -> bool:
    """Return whether the attempt has a grade that counts and that the student sees."""
    return attempt.status == Attempt.Status.GRADED and attempt.quiz.activity.kind == Activity.Kind.QUIZ


def is_appealable(outcome: QuestionResult) -> bool:
    """Return whether a student may say that this answer of a graded attempt is right: it is not, and the student sees that."""
    return outcome.outcome not in ("correct", "unanswered", HIDDEN, PENDING) and outcome.points != outcome.max_points
