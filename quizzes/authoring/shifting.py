"""Move the dates of a quiz by whole days of the calendar, for a cohort that takes the same course later.

The functions read no clock and no database. The time of day stays what it is on the wall, also where summer time begins or ends
in between.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

_SATURDAY = 5
_DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Dates:
    """When a quiz opens, is due and closes. None: no such date."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None

    def given(self) -> list[datetime]:
        """Return the dates that there are."""
        return [moment for moment in (self.opens_at, self.due_at, self.closes_at) if moment is not None]


def days_until(start: date, *, first: datetime, zone: tzinfo) -> int:
    """Return by how many days dates move if the first of them comes to the day `start`."""
    return (start - first.astimezone(zone).date()).days


def shift_moment(moment: datetime, *, days: int, zone: tzinfo) -> datetime:
    """Return the same time of day in `zone`, `days` later.

    A time that summer time skips (02:30) becomes the one that clocks show instead (03:30). Of a time that comes twice, the
    first is meant.
    """
    wall = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def shift(dates: Dates, *, days: int, zone: tzinfo, weekdays_only: bool = False) -> Dates:
    """Return the dates `days` later. With `weekdays_only` a date on a weekend moves on to Monday.

    What was in order stays in order: a due date that a move would leave before the opening goes to the next day.
    """

    def move(moment: datetime, by: int) -> datetime:
        later = shift_moment(moment, days=by, zone=zone)
        weekday = later.astimezone(zone).weekday()
        if weekdays_only and weekday >= _SATURDAY:
            later = shift_moment(later, days=_DAYS_OF_WEEK - weekday, zone=zone)
        return later

    opens, due, closes = (
        None if moment is None else move(moment, days) for moment in (dates.opens_at, dates.due_at, dates.closes_at)
    )
    if dates.due_at and due and _is_before(dates.opens_at, dates.due_at):
        while not _is_before(opens, due):
            due = move(due, 1)
    if dates.closes_at and closes and _is_before(dates.opens_at, dates.closes_at):
        keeps_due = dates.due_at is None or dates.due_at <= dates.closes_at
        while not _is_before(opens, closes) or (keeps_due and due is not None and closes < due):
            closes = move(closes, 1)
    return Dates(opens, due, closes)


def _is_before(first: datetime | None, second: datetime) -> bool:
    return first is None or first < second
