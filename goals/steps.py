"""Find the steps that students have taken: a lesson done, a question answered in a quiz, a question answered in practice.

This is the one definition of a step; the weekly goal, the streak and the numbers of the weekly summary count them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Value

from courses.models import Activity, ActivityCompletion
from quizzes.attempts.models import Attempt
from quizzes.practice.models import PracticeAnswer


@dataclass(frozen=True, slots=True)
class Steps:
    """`count` steps that were taken at the same moment: an attempt is submitted with all its answers."""

    enrolment_id: int
    at: datetime
    count: int


def find_steps(enrolment_ids: Collection[int], start: datetime, end: datetime) -> list[Steps]:
    """Return the steps from `start` until `end` in these enrolments, in no order. One query."""
    done = ActivityCompletion.objects.filter(
        enrolment__in=enrolment_ids, activity__kind=Activity.Kind.LESSON, done_at__gte=start, done_at__lt=end
    )
    lessons = done.annotate(n=Value(1)).values_list("enrolment_id", "done_at", "n")
    return _read(lessons.union(*_answers(enrolment_ids, start, end), all=True))


def find_answers(enrolment_ids: Collection[int], start: datetime, end: datetime) -> list[Steps]:
    """Return the steps without lessons: the questions that were answered. One query."""
    in_quizzes, in_practice = _answers(enrolment_ids, start, end)
    return _read(in_quizzes.union(in_practice, all=True))


def _answers(enrolment_ids: Collection[int], start: datetime, end: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
    attempts = Attempt.objects.filter(enrolment__in=enrolment_ids, submitted_at__gte=start, submitted_at__lt=end)
    # The first answer of a card is the mistake that made it, not an answer in practice.
    practised = PracticeAnswer.objects.filter(
        card__enrolment__in=enrolment_ids, attempt=None, turn__gt=1, at__gte=start, at__lt=end
    )
    return (
        attempts.annotate(n=Count("answers")).values_list("enrolment_id", "submitted_at", "n"),
        # Their order is that of the model, which a part of a union must not have.
        practised.order_by().annotate(n=Value(1)).values_list("card__enrolment_id", "at", "n"),
    )


def _read(rows: QuerySet[Any]) -> list[Steps]:
    return [Steps(*row) for row in rows if row[2]]
