"""Say what a run of the weekly summaries would do: to whom one would go now, and why not to the others. It writes nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from courses.models import SummaryDelivery
from courses.summaries import content, deliveries

# How many people are looked at together.
TOGETHER = 500


@dataclass(slots=True)
class Plan:
    """How many summaries would go out, and how many not, by the reason, in the reader's language."""

    sent: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def plan(*, now: datetime) -> Plan:
    """Return what a run at `now` would do. Its queries grow with groups of people only, and its memory does not grow."""
    found = Plan()
    for rows in _groups(now):
        summaries = content.find_summaries([deliveries.period_of(row) for row in rows], now=now)
        for row in rows:
            summary = summaries.get(row.user_id)
            skip = SummaryDelivery.SkipReason.CLOSED if summary is None else summary.skip
            if skip is None:
                found.sent += 1
            else:
                found.skipped[str(skip.label)] += 1
    return found


def _groups(now: datetime) -> Iterator[Sequence[SummaryDelivery]]:
    """Yield the rows that a run would send: those that it would queue, and those that wait."""
    for week, those in deliveries.due_weeks(now=now).items():
        users = deliveries.not_queued(week, those).iterator(TOGETHER)
        while group := list(islice(users, TOGETHER)):
            yield deliveries.make_rows(group, week)
    waiting = SummaryDelivery.objects.filter(deliveries.ready_condition(now)).select_related("user").order_by("pk")
    rows = waiting.iterator(TOGETHER)
    while waiting_group := list(islice(rows, TOGETHER)):
        yield waiting_group
