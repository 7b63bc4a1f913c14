"""Notify students when the dates of a quiz change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.messages import sending
from courses.models import Enrolment
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride

KIND = "dates-changed"
# How many messages are written together.
TOGETHER = 500

Dates = tuple[datetime | None, datetime | None, datetime | None]
_FIELDS = ("opens_at", "due_at", "closes_at")


@dataclass(frozen=True, slots=True)
class Change:
    """What a message is about: that the dates of a quiz were changed at a moment."""

    activity_id: int
    at: datetime

    def __str__(self) -> str:
        return f"{self.activity_id}-{self.at:%Y%m%d%H%M%S}"


def read_activity(reference: str) -> int:
    """Return the id of the activity that a message is about."""
    return int(reference.partition("-")[0])


def find_dates(quiz: Quiz) -> dict[int | None, Dates]:
    """Return the stored dates of a quiz by cohort; under None those for all. Two queries."""
    found: dict[int | None, Dates] = {None: Quiz.objects.values_list(*_FIELDS).get(pk=quiz.pk)}
    for cohort, *dates in QuizDates.objects.filter(quiz=quiz).values_list("cohort", *_FIELDS):
        found[cohort] = (dates[0], dates[1], dates[2])
    return found


def notify_students(quiz: Quiz, before: Mapping[int | None, Dates], *, now: datetime) -> int:
    """Write a message to each student whose dates differ from those before. Return how many. Needs a transaction.

    Students and cohorts with dates of their own get no message about a change for all. Nobody gets one about a hidden quiz.
    """
    after = find_dates(quiz)
    changed = {owner for owner in {*before, *after} if before.get(owner) != after.get(owner)}
    if not changed or quiz.current_version_id is None or quiz.activity.archived_at is not None:
        return 0
    notified = 0
    users = _find_students(quiz, changed, after).values_list("user", flat=True).iterator(TOGETHER)
    while group := list(islice(users, TOGETHER)):
        sending.notify_all(KIND, pairs=[(Change(quiz.activity_id, now), user_id) for user_id in group], now=now)
        notified += len(group)
    return notified


def _find_students(quiz: Quiz, changed: set[int | None], after: Mapping[int | None, Dates]) -> QuerySet[Enrolment]:
    condition = Q(cohort__in=changed - {None})
    if None in changed:
        condition |= Q(cohort=None) | ~Q(cohort__in=after.keys() - {None})
    own = QuizOverride.objects.filter(
        Q(due_at__isnull=False) | Q(closes_at__isnull=False), quiz=quiz, enrolment=OuterRef("pk")
    )
    return Enrolment.objects.active().filter(condition, ~Exists(own), course=quiz.activity.course_id).order_by("pk")
