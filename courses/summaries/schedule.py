"""Decide when a weekly summary is due: once an ISO week, on the day and at the time of its reader. Pure functions."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from accounts.models import HALF_PAST_EIGHT, MONDAY, User

# For this long after it is due, a summary may be sent. A server that was down on Monday morning can still send on Tuesday.
WINDOW = timedelta(hours=36)
# A summary tells what happened since the last one, but nothing that is older than this when it is due.
LONGEST_PERIOD = timedelta(days=14)

# An ISO year and an ISO week of it.
Week = tuple[int, int]


class Slot(NamedTuple):
    """When in each week somebody gets the summary: an ISO weekday and a time on the clock of a zone."""

    zone: ZoneInfo
    day: int = MONDAY
    at: clock_time = HALF_PAST_EIGHT

    def due_at(self, week: Week) -> datetime:
        """Return the moment of `week` in UTC. A time that the clocks skip is the one that they show instead."""
        return datetime.combine(date.fromisocalendar(*week, self.day), self.at, tzinfo=self.zone).astimezone(UTC)

    def due_week(self, now: datetime) -> Week | None:
        """Return the week whose summary is due at `now`; None if none is."""
        today = now.astimezone(self.zone).date()
        # Who has chosen the Sunday may get the summary on Monday, which is another week.
        for day in (today, today - timedelta(days=7)):
            week = day.isocalendar()[:2]
            if timedelta(0) <= now - self.due_at(week) < WINDOW:
                return week
        return None


def slot_of(user: User) -> Slot:
    """Return the slot that the user has chosen."""
    return Slot(user.zone, user.summary_day, user.summary_time)


def period_start(end: datetime, last_end: datetime | None, zone: ZoneInfo) -> datetime:
    """Return from when on a summary until `end` tells: the end of the last one, so that nothing is left out between them.

    Without a last one it is the same local time seven days earlier.
    """
    if last_end is None:
        return days_before(end, 7, zone)
    return min(max(last_end, end - LONGEST_PERIOD), end)


def days_before(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same local time some days earlier, also across a change of daylight saving time."""
    return (moment.astimezone(zone) - timedelta(days=days)).astimezone(UTC)
