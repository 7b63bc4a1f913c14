"""Find the steps that students have taken: a lesson done, a question answered in a quiz, a question answered in practice.

This is the one definition of a step; the weekly goal, the streak and the numbers of the weekly summary count them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Subquery, Value

from common.database.json_rows import as_moment, json_rows
from courses.models import Activity, ActivityCompletion, Enrolment
from courses.summaries.sections import Times, register_rows, rows_of
from practice.models import PracticeAnswer
from quizzes.attempts.models import Answer, Attempt


@dataclass(frozen=True, slots=True)
class Steps:
    """`count` steps that were taken at the same moment: an attempt is submitted with all its answers."""

    enrolment_id: int
    at: datetime
    count: int


def find_steps(enrolment_ids: Collection[int], start: datetime, end: datetime) -> list[Steps]:
    """Return the steps from `start` until `end` in these enrolments, in no order. One query."""
    lessons = _lessons(start, end).filter(enrolment__in=enrolment_ids).annotate(n=Value(1))
    attempts = Attempt.objects.filter(enrolment__in=enrolment_ids, submitted_at__gte=start, submitted_at__lt=end)
    # Their order is that of the model, which a part of a union must not have.
    practised = _practised(start, end).filter(card__enrolment__in=enrolment_ids).order_by().annotate(n=Value(1))
    rows = lessons.values_list("enrolment_id", "done_at", "n").union(
        attempts.annotate(n=Count("answers")).values_list("enrolment_id", "submitted_at", "n"),
        practised.values_list("card__enrolment_id", "at", "n"),
        all=True,
    )
    return [Steps(*row) for row in rows if row[2]]


def register() -> None:
    """Have the steps of a week read with the enrolments of the readers of weekly summaries, for the next two functions."""
    register_rows("lessons", lambda times: json_rows(_lessons(times.first, times.last), {"enrolment": "pk"}, "done_at"))
    register_rows("answers", _answer_rows)
    register_rows(
        "practised", lambda times: json_rows(_practised(times.first, times.last), {"card__enrolment": "pk"}, "at")
    )


def steps_of(enrolment: Enrolment) -> list[datetime]:
    """Return when each step was taken, of an enrolment of a reader of a weekly summary. No query."""
    return [as_moment(row["done_at"]) for row in rows_of(enrolment, "lessons")] + answers_of(enrolment)


def answers_of(enrolment: Enrolment) -> list[datetime]:
    """Return the steps without lessons: when each question was answered. No query."""
    in_quizzes = [as_moment(row["attempt__submitted_at"]) for row in rows_of(enrolment, "answers")]
    return in_quizzes + [as_moment(row["at"]) for row in rows_of(enrolment, "practised")]


def _lessons(start: datetime, end: datetime) -> QuerySet[ActivityCompletion]:
    return ActivityCompletion.objects.filter(activity__kind=Activity.Kind.LESSON, done_at__gte=start, done_at__lt=end)


def _practised(start: datetime, end: datetime) -> QuerySet[PracticeAnswer]:
    # The first answer of a card is the mistake that made it, not an answer in practice.
    return PracticeAnswer.objects.filter(attempt=None, turn__gt=1, at__gte=start, at__lt=end)


def _answer_rows(times: Times) -> Subquery:
    rows = Answer.objects.filter(attempt__submitted_at__gte=times.first, attempt__submitted_at__lt=times.last)
    return json_rows(rows, {"attempt__enrolment": "pk"}, "attempt__submitted_at")
