"""Find who is to be reminded today, and queue one message to each. The row of `Message` is unique for each person and day.

What the mail says, and whether there is still a reason for it, is decided when it is sent: see `mails.message_kinds.reminder`.
"""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.messages import rounds, sending
from accounts.messages.quiet_hours import quiet_until
from accounts.models import User
from common.mail import outbox
from courses.models import Enrolment
from mails.reminders.content import DAYS, end_of_tomorrow, select
from mails.sections.ends import find_ends
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride

KIND = "reminder"
# How many enrolments are looked at together.
TOGETHER = 500
# The end of tomorrow is never further away than this, also on the day on which the clocks go back.
AHEAD = timedelta(days=DAYS, hours=1)


def queue_due(*, now: datetime, budget: float = outbox.BUDGET) -> int:
    """Queue a reminder for everybody who has to submit something until tomorrow and has none of today. Return how many.

    Some enrolments at a time, each with the same few queries, until `budget` seconds have passed; the next run continues.
    Idempotent, also in concurrent workers.
    """
    quizzes = list(_find_quizzes(now))
    if not quizzes:
        return 0
    waiting = _find_enrolments(quizzes)
    students = User.objects.filter(pk__in=waiting.values("user"))
    due = rounds.find_due(students, KIND, lambda zone: _day_in(zone, now))
    start, queued = time.monotonic(), 0
    for group in _groups(waiting.filter(user__in=due)):
        users = _find_users(group, now)
        sending.notify_all(KIND, pairs=[(day, user_id) for user_id, day in users.items()], now=now)
        queued += len(users)
        if time.monotonic() - start >= budget:
            break
    return queued


def _day_in(zone: ZoneInfo, now: datetime) -> str | None:
    """Return what a reminder is about in a time zone; None at night."""
    return None if quiet_until(now, zone) else now.astimezone(zone).date().isoformat()


def _find_quizzes(now: datetime) -> QuerySet[Quiz, int]:
    """Return the ids of the quizzes with a date in the next days, for all or for some."""
    is_near = Q(due_at__gt=now, due_at__lte=now + AHEAD) | Q(closes_at__gt=now, closes_at__lte=now + AHEAD)
    own = [rows.objects.filter(is_near).values("quiz") for rows in (QuizDates, QuizOverride)]
    near = Quiz.objects.filter(is_near | Q(pk__in=own[0]) | Q(pk__in=own[1]))
    return near.filter(activity__archived_at=None, current_version__isnull=False).values_list("pk", flat=True)


def _find_enrolments(quizzes: list[int]) -> QuerySet[Enrolment]:
    """Return the enrolments with one of the quizzes to submit."""
    submitted = Attempt.objects.filter(quiz=OuterRef("pk"), enrolment=OuterRef(OuterRef("pk"))).exclude(
        status=Attempt.Status.IN_PROGRESS
    )
    asked = Quiz.objects.filter(~Exists(submitted), pk__in=quizzes, activity__course=OuterRef("course"))
    return Enrolment.objects.active().filter(Exists(asked))


def _groups(rows: QuerySet[Enrolment]) -> Iterator[list[Enrolment]]:
    """Yield the rows with course and user, some at a time."""
    last = 0
    while group := list(rows.filter(pk__gt=last).select_related("course", "user").order_by("pk")[:TOGETHER]):
        yield group
        last = group[-1].pk


def _find_users(enrolments: list[Enrolment], now: datetime) -> dict[int, date]:
    """Return {user id: today} of those for whom something ends until tomorrow."""
    found: dict[int, date] = {}
    for end in find_ends(enrolments, now, until=now + AHEAD):
        today = now.astimezone(end.enrolment.user.zone).date()
        if select([end], end_of_tomorrow(today, end.enrolment.user.zone)):
            found[end.enrolment.user_id] = today
    return found
