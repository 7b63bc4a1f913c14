"""Queue the weekly mails to staff: one message to each person and ISO week, from Monday at 8:30 on the person's clock."""

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from accounts.messages import rounds, sending
from accounts.models import User
from courses.models import CourseRole
from courses.summaries.schedule import Slot, Week
from overview.weekly.content import ROLES

KIND = "teaching-week"
# How many messages are written together.
TOGETHER = 500


def reference(week: Week) -> str:
    """Return what a message about an ISO week is about."""
    return f"{week[0]}-W{week[1]:02}"


def week_in(zone: ZoneInfo, now: datetime) -> Week | None:
    """Return the week whose mail is due in a time zone: from Monday 8:30 until Tuesday evening, else None."""
    return Slot(zone).due_week(now)


def queue_due(*, now: datetime) -> int:
    """Queue a mail for everybody with a role whose Monday morning has come and who has none of this week. Return how many.

    Idempotent, also in concurrent workers. The number of queries does not depend on that of people.
    """

    def period_in(zone: ZoneInfo) -> str | None:
        week = week_in(zone, now)
        return reference(week) if week else None

    has_role = CourseRole.objects.filter(user=OuterRef("pk"), role__in=ROLES)
    staff = User.objects.filter(Exists(has_role), is_staff=True)
    queued = 0
    due = rounds.find_due(staff, KIND, period_in).only("pk", "time_zone").iterator(TOGETHER)
    while users := list(islice(due, TOGETHER)):
        pairs = [(week, user.pk) for user in users if (week := week_in(user.zone, now))]
        sending.notify_all(KIND, pairs=pairs, now=now)
        queued += len(pairs)
    return queued
