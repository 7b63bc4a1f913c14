"""When a weekly summary is due: once an ISO week, on the reader's day and at the reader's time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from accounts.models import SUMMARY_DAYS, SUMMARY_TIMES
from courses.summaries import schedule
from courses.summaries.schedule import WINDOW, Slot, Week

SEOUL = ZoneInfo("Asia/Seoul")
# A Monday: 2026-W48 begins.
DUE = datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL).astimezone(UTC)
ZONES = ["Asia/Seoul", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]
HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
# From a Monday to a Monday: 2026 has a week 53.
WEEKS: list[Week] = [*[(2026, week) for week in range(1, 54)], (2027, 1), (2027, 2)]


@pytest.mark.parametrize(
    ("zone", "week", "utc"),
    [
        ("Asia/Seoul", (2026, 48), "2026-11-22T23:30"),
        ("America/New_York", (2026, 10), "2026-03-02T13:30"),  # the Monday before the clocks go forward
        ("America/New_York", (2026, 11), "2026-03-09T12:30"),
        ("America/New_York", (2026, 44), "2026-10-26T12:30"),
        ("America/New_York", (2026, 45), "2026-11-02T13:30"),
        ("Europe/Berlin", (2026, 13), "2026-03-23T07:30"),
        ("Europe/Berlin", (2026, 14), "2026-03-30T06:30"),
        ("Europe/Berlin", (2026, 43), "2026-10-19T06:30"),
        ("Europe/Berlin", (2026, 44), "2026-10-26T07:30"),
        ("Australia/Lord_Howe", (2026, 14), "2026-03-29T21:30"),  # its clocks change by half an hour
        ("Australia/Lord_Howe", (2026, 15), "2026-04-05T22:00"),
        ("Asia/Seoul", (2026, 53), "2026-12-27T23:30"),
        ("Asia/Seoul", (2027, 1), "2027-01-03T23:30"),
        ("Pacific/Kiritimati", (2026, 48), "2026-11-22T18:30"),
        ("Pacific/Pago_Pago", (2026, 48), "2026-11-23T19:30"),
    ],
)
def test_a_summary_is_due_on_monday_at_half_past_eight_local_time(zone: str, week: Week, utc: str) -> None:
    slot = Slot(ZoneInfo(zone))
    due = slot.due_at(week)
    assert due == datetime.fromisoformat(f"{utc}:00+00:00")
    assert slot.due_week(due) == week


def test_the_window_opens_on_time_and_closes_on_tuesday_evening() -> None:
    slot = Slot(SEOUL)
    assert slot.due_week(DUE - INSTANT) is None
    assert slot.due_week(DUE) == (2026, 48)
    assert slot.due_week(DUE + timedelta(hours=35, minutes=59)) == (2026, 48)
    assert slot.due_week(DUE + timedelta(hours=36)) is None


def test_the_iso_year_of_a_week_can_differ_from_the_calendar_year() -> None:
    """3 January 2027 is a Sunday of 2026-W53."""
    assert date(2027, 1, 3).isocalendar()[:2] == (2026, 53)
    sunday = Slot(SEOUL, 7, time(20, 30))
    assert sunday.due_week(datetime(2027, 1, 3, 21, tzinfo=SEOUL)) == (2026, 53)
    # The window of the Sunday goes on in the next week, and in the next year.
    assert sunday.due_week(datetime(2027, 1, 4, 9, tzinfo=SEOUL)) == (2026, 53)


def test_a_day_that_a_zone_skipped_is_the_next_day() -> None:
    """Samoa crossed the date line and had no 30 December 2011."""
    apia = Slot(ZoneInfo("Pacific/Apia"), 5, time(8, 30))
    assert f"{apia.due_at((2011, 52)).astimezone(apia.zone):%d %B %H:%M}" == "31 December 08:30"


@pytest.mark.parametrize("name", ZONES)
def test_each_choice_is_due_once_a_week_at_its_local_time(name: str) -> None:
    """A year with both clock changes and week 53, for each day and each time that can be chosen."""
    zone = ZoneInfo(name)
    for day, _label in SUMMARY_DAYS:
        for at, _text in SUMMARY_TIMES:
            slot = Slot(zone, day, at)
            dues = [slot.due_at(week) for week in WEEKS]
            assert {(due.astimezone(zone).isoweekday(), due.astimezone(zone).time()) for due in dues} == {(day, at)}
            assert [due.astimezone(zone).date().isocalendar()[:2] for due in dues] == WEEKS
            # No window meets another one, so no moment is due for two weeks.
            assert all(after - before > WINDOW for before, after in pairwise(dues))


def frozen_hours() -> Iterator[datetime]:
    """Yield each full hour from the first Monday of 2026 on until some days of 2027."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    while now < datetime(2027, 1, 14, tzinfo=UTC):
        yield now
        now += HOUR


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(("day", "at"), [(1, time(8, 30)), (4, time(8)), (7, time(20, 30))])
def test_a_beat_every_hour_finds_each_week_once(name: str, day: int, at: time) -> None:
    slot = Slot(ZoneInfo(name), day, at)
    first: dict[Week, datetime] = {}
    last: Week = (0, 0)
    for now in frozen_hours():
        if week := slot.due_week(now):
            assert week >= last, "a week that is over is due again"
            first.setdefault(week, now)
            last = week
    assert list(first) == sorted(first)
    whole = [week for week in WEEKS if week in first]
    assert set(WEEKS[1:53]) <= set(whole)
    for week, now in first.items():
        if week != min(first):
            assert timedelta(0) <= now - slot.due_at(week) < HOUR


def test_every_hour_agrees_with_the_window_for_every_choice() -> None:
    """`due_week` is asked around the ends of each window: it changes nowhere else, so each hour of the year is known by that."""
    for name in ZONES:
        zone = ZoneInfo(name)
        for day, _label in SUMMARY_DAYS:
            for at, _text in SUMMARY_TIMES[:: len(SUMMARY_TIMES) - 1]:
                slot = Slot(zone, day, at)
                for week in WEEKS[1:-1]:
                    due = slot.due_at(week)
                    asked = (due - INSTANT, due, due + WINDOW - INSTANT, due + WINDOW)
                    assert [slot.due_week(now) for now in asked] == [None, week, week, None]


class TestPeriods:
    def test_the_first_period_is_the_week_before_in_local_time(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        monday = datetime(2026, 10, 26, 8, 30, tzinfo=berlin).astimezone(UTC)
        assert monday - schedule.period_start(monday, None, berlin) == timedelta(hours=169)

    @pytest.mark.parametrize(("days", "told"), [(7, 7), (4, 4), (10, 10), (14, 14), (60, 14), (-1, 0)])
    def test_a_period_begins_where_the_last_one_ended_but_is_not_endless(self, days: int, told: int) -> None:
        start = schedule.period_start(DUE, DUE - timedelta(days=days), SEOUL)
        assert DUE - start == timedelta(days=told)
