"""Notify students when the dates of a quiz change."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.messages import sending
from courses.models import Enrolment
from quizzes.attempts.rules import get_rules_for_all
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride

KIND = "dates-changed"
# How many messages are written together.
TOGETHER = 500

Dates = tuple[datetime | None, datetime | None, datetime | None]
NO_DATES: Dates = (None, None, None)
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
    if not changed or not _is_seen(quiz):
        return 0
    notified = 0
    users = _find_students(quiz, changed, after).values_list("user", flat=True).iterator(TOGETHER)
    while group := list(islice(users, TOGETHER)):
        sending.notify_all(KIND, pairs=[(Change(quiz.activity_id, now), user_id) for user_id in group], now=now)
        notified += len(group)
    return notified


@contextmanager
def telling_own(quiz: Quiz, enrolments: Collection[int], *, now: datetime) -> Iterator[None]:
    """Write a message to each of these students whose own dates, those of an exception, are others after the block.

    Needs a transaction. Three queries for any number of students.
    """
    before = _find_own_dates(quiz, enrolments)
    yield
    after = _find_own_dates(quiz, enrolments)
    changed = [pk for pk in enrolments if before.get(pk, NO_DATES) != after.get(pk, NO_DATES)]
    if changed and _is_seen(quiz):
        users = Enrolment.objects.active().filter(pk__in=changed).order_by("pk").values_list("user", flat=True)
        sending.notify_all(KIND, pairs=[(Change(quiz.activity_id, now), user_id) for user_id in users], now=now)


@contextmanager
def telling_moved(course_id: int, enrolments: Collection[int], now: datetime) -> Iterator[None]:
    """Write a message to each of these students about each quiz that has other dates for them after the block.

    Needs a transaction. The same number of queries for any number of students and quizzes.
    """
    before = _find_all_dates(course_id, enrolments)
    yield
    if not before:
        return
    after = _find_all_dates(course_id, {enrolment for _activity, enrolment in before})
    users = dict(Enrolment.objects.active().filter(pk__in=enrolments).values_list("pk", "user"))
    changed = [place for place in sorted(before) if place in after and before[place] != after[place]]
    pairs = [(Change(activity, now), users[enrolment]) for activity, enrolment in changed if enrolment in users]
    if pairs:
        sending.notify_all(KIND, pairs=pairs, now=now)


def _find_all_dates(course_id: int, enrolments: Collection[int]) -> dict[tuple[int, int], Dates]:
    """Return {(activity id, enrolment id): dates} of the quizzes that students see. Four queries; one without such students."""
    students = list(Enrolment.objects.active().filter(course=course_id, pk__in=enrolments))
    if not students:
        return {}
    seen = Quiz.objects.filter(
        activity__course=course_id, activity__archived_at=None, current_version__isnull=False
    ).select_related("activity")
    quizzes = [quiz for quiz in seen if quiz.is_graded]
    rules = get_rules_for_all([(quiz, student) for quiz in quizzes for student in students])
    activities = {quiz.pk: quiz.activity_id for quiz in quizzes}
    return {
        (activities[quiz], student): (each.opens_at, each.due_at, each.closes_at)
        for (quiz, student), each in rules.items()
    }


def _find_own_dates(quiz: Quiz, enrolments: Collection[int]) -> dict[int, Dates]:
    rows = QuizOverride.objects.filter(quiz=quiz, enrolment__in=enrolments).values_list("enrolment", *_FIELDS)
    return {enrolment: (opens, due, closes) for enrolment, opens, due, closes in rows}


def _is_seen(quiz: Quiz) -> bool:
    return quiz.current_version_id is not None and quiz.activity.archived_at is None


def _find_students(quiz: Quiz, changed: set[int | None], after: Mapping[int | None, Dates]) -> QuerySet[Enrolment]:
    condition = Q(cohort__in=changed - {None})
    if None in changed:
        condition |= Q(cohort=None) | ~Q(cohort__in=after.keys() - {None})
    own = QuizOverride.objects.filter(
        Q(due_at__isnull=False) | Q(closes_at__isnull=False), quiz=quiz, enrolment=OuterRef("pk")
    )
    return Enrolment.objects.active().filter(condition, ~Exists(own), course=quiz.activity.course_id).order_by("pk")
