"""Say where each person's summary of the week stands: to whom one would go now, and why not to the others. It writes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.messages.quiet_hours import quiet_until
from accounts.models import User
from courses.models import SummaryDelivery
from courses.summaries import deliveries
from courses.summaries.schedule import Week

T = TypeVar("T")
Reason = SummaryDelivery.SkipReason
Status = SummaryDelivery.Status
# How many people are looked at together.
TOGETHER = 500


class Standing(models.TextChoices):
    """Where a summary stands, unless what it says is the reason that it does not go out: that is a SkipReason."""

    GOES = "goes", _("It would go out now.")
    LATER = "later", _("It goes out later by itself: it is night there, or the mail server was busy.")
    SENT = "sent", _("This week's mail has been sent.")
    SENDING = "sending", _("This week's mail is being sent.")
    UNCERTAIN = "uncertain", _("This week's mail may have been sent. Nobody knows, so it is not sent again by itself.")
    RETURNED = "returned", _("This week's mail came back.")
    FAILED = "failed", _("This week's mail could not be sent.")
    BROKEN = "broken", _("This week's mail cannot be written. The log of the server says why.")


_OF_STATUS = {
    Status.SENT: Standing.SENT,
    Status.SENDING: Standing.SENDING,
    Status.UNCERTAIN: Standing.UNCERTAIN,
    Status.BOUNCED: Standing.RETURNED,
    Status.FAILED: Standing.FAILED,
    Status.QUEUED: Standing.LATER,
}


def label(code: str) -> str:
    """Return what a Standing or a SkipReason means, in the reader's language."""
    return str({**dict(Standing.choices), **dict(Reason.choices)}.get(code, code))


@dataclass(slots=True)
class Plan:
    """How many summaries would go out, and how many not, by Standing or SkipReason."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def sent(self) -> int:
        return self.counts[Standing.GOES.value]

    @property
    def skipped(self) -> list[tuple[str, int]]:
        """Return why summaries would not go out and how many, the most frequent first."""
        return [(code, count) for code, count in self.counts.most_common() if code != Standing.GOES]


def plan(*, now: datetime) -> Plan:
    """Return what a run at `now` would do. Its queries grow with groups of people only, and its memory does not grow."""
    found = Plan()
    enrolled = deliveries.get_enrolled()
    waiting = SummaryDelivery.objects.filter(deliveries.ready_condition(now)).select_related("user").order_by("pk")
    for week, those in deliveries.due_weeks(now=now, among=enrolled).items():
        due = enrolled.filter(those)
        for users in _groups(due.order_by("pk").iterator(TOGETHER)):
            found.counts.update(_judge_due(users, week, now))
        waiting = waiting.exclude(user__in=due, iso_year=week[0], iso_week=week[1])
    # Who has chosen another day since then, or was asked to wait for the morning.
    for rows in _groups(waiting.iterator(TOGETHER)):
        found.counts.update(judge(rows, now).values())
    return found


def judge(rows: Sequence[SummaryDelivery], now: datetime) -> dict[int, str]:
    """Return where the summaries of rows that are ready to be sent stand, by user id. A fixed number of queries."""
    summaries = deliveries.find_summaries_of(rows, now)
    found: dict[int, str] = {}
    for row in rows:
        summary = summaries.get(row.user_id)
        if summary is None:
            found[row.user_id] = Reason.CLOSED.value
        elif isinstance(summary, Exception):
            found[row.user_id] = Standing.BROKEN.value
        elif summary.skip is not None:
            found[row.user_id] = summary.skip.value
        else:
            is_night = bool(quiet_until(now, row.user.zone))
            found[row.user_id] = Standing.LATER.value if is_night else Standing.GOES.value
    return found


def standing_of(row: SummaryDelivery) -> str:
    """Return where a row stands that is not ready to be sent."""
    if row.status == Status.SKIPPED:
        return row.error if row.error in Reason.values else Reason.NOTHING.value
    return _OF_STATUS[Status(row.status)].value


def _judge_due(users: Sequence[User], week: Week, now: datetime) -> Iterator[str]:
    """Yield where the summaries of users stand whose week is due."""
    rows = list(deliveries.rows_of(users, week))
    ready = set(
        SummaryDelivery.objects.filter(deliveries.ready_condition(now), pk__in=[row.pk for row in rows]).values_list(
            "pk", flat=True
        )
    )
    yield from (standing_of(row) for row in rows if row.pk not in ready)
    known = {row.user_id for row in rows}
    fresh = deliveries.make_rows([user for user in users if user.pk not in known], week)
    yield from judge([*fresh, *(row for row in rows if row.pk in ready)], now).values()


def _groups(found: Iterable[T]) -> Iterator[Sequence[T]]:
    rest = iter(found)
    while group := list(islice(rest, TOGETHER)):
        yield group
