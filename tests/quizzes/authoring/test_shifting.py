"""Dates move by whole days, keep their time of day and their order, and leave weekends if that is wanted."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.authoring.shifting import Dates, days_until, shift, shift_moment

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")


def seoul(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def shown(dates: Dates, zone: ZoneInfo = SEOUL) -> list[str]:
    return [f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}" for moment in dates.given()]


def test_every_date_moves_by_the_same_days() -> None:
    dates = Dates(seoul("2026-03-02T09:00"), seoul("2026-03-08T23:59"), seoul("2026-03-10T12:00"))
    days = days_until(date(2026, 9, 7), first=dates.given()[0], zone=SEOUL)
    assert days == 189
    assert shown(shift(dates, days=days, zone=SEOUL)) == [
        "Mon 2026-09-07 09:00", "Sun 2026-09-13 23:59", "Tue 2026-09-15 12:00",
    ]  # fmt: skip


def test_days_are_counted_in_the_time_zone_of_the_site() -> None:
    # It is the second of March in Seoul and still the first in London.
    first = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    assert days_until(date(2026, 3, 3), first=first, zone=SEOUL) == 1
    assert days_until(date(2026, 3, 3), first=first, zone=ZoneInfo("Europe/London")) == 2
    assert days_until(date(2026, 2, 1), first=first, zone=SEOUL) == -29


def test_what_has_no_date_gets_none() -> None:
    assert shift(Dates(), days=5, zone=SEOUL) == Dates()
    assert shift(Dates(due_at=seoul("2026-03-02T09:00")), days=1, zone=SEOUL).opens_at is None


@pytest.mark.parametrize(
    ("before", "days", "after"),
    [
        ("2026-03-20T09:00", 14, "2026-04-03 09:00 +0200"),
        ("2026-10-20T09:00", 14, "2026-11-03 09:00 +0100"),
        # On 2026-03-29 clocks go from 02:00 to 03:00, and on 2026-10-25 from 03:00 back to 02:00.
        ("2026-03-28T02:30", 1, "2026-03-29 03:30 +0200"),
        ("2026-10-24T02:30", 1, "2026-10-25 02:30 +0200"),
        ("2026-10-26T02:30", -1, "2026-10-25 02:30 +0200"),
    ],
)
def test_the_time_of_day_stays_when_summer_time_begins_or_ends(before: str, days: int, after: str) -> None:
    moved = shift_moment(berlin(before), days=days, zone=BERLIN)
    assert f"{moved.astimezone(BERLIN):%Y-%m-%d %H:%M %z}" == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Saturday and Sunday become Monday; Friday and Monday stay.
        (["03-06T09:00"], ["Fri 2026-03-06 09:00"]),
        (["03-07T09:00"], ["Mon 2026-03-09 09:00"]),
        (["03-08T23:59"], ["Mon 2026-03-09 23:59"]),
        (["03-09T00:00"], ["Mon 2026-03-09 00:00"]),
        # The due date of Sunday morning must stay after the opening of Saturday noon.
        (["03-07T12:00", "03-08T09:00"], ["Mon 2026-03-09 12:00", "Tue 2026-03-10 09:00"]),
        # The closing of Monday morning goes on until it is after both.
        (
            ["03-07T12:00", "03-08T09:00", "03-09T08:00"],
            ["Mon 2026-03-09 12:00", "Tue 2026-03-10 09:00", "Wed 2026-03-11 08:00"],
        ),
        (
            ["03-05T12:00", "03-07T23:59", "03-08T23:59"],
            ["Thu 2026-03-05 12:00", "Mon 2026-03-09 23:59", "Mon 2026-03-09 23:59"],
        ),
    ],
)
def test_weekdays_only(before: list[str], after: list[str]) -> None:
    moments = [seoul(f"2026-{text}") for text in before]
    moved = shift(Dates(*moments), days=0, zone=SEOUL, weekdays_only=True)
    assert shown(moved) == after


# Hypothesis takes its limits without a time zone and adds one.
DAY = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(second=0, microsecond=0))


@given(
    st.lists(DAY, min_size=3, max_size=3, unique=True).map(sorted),
    st.integers(-2000, 2000),
    st.booleans(),
    st.sampled_from([SEOUL, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia")]),
)
def test_order_and_weekdays_hold_for_any_dates(
    moments: list[datetime], days: int, weekdays_only: bool, zone: ZoneInfo
) -> None:
    given_dates = Dates(*moments)
    moved = shift(given_dates, days=days, zone=zone, weekdays_only=weekdays_only)
    opens, due, closes = moved.given()
    assert opens < due <= closes
    assert opens < closes
    if weekdays_only:
        assert all(moment.astimezone(zone).weekday() < 5 for moment in moved.given())
    for before, after in zip(given_dates.given(), moved.given(), strict=True):
        # Two days of a weekend, and a day more to stay in order at each of two steps, which may meet a weekend again.
        assert abs(after - before - timedelta(days=days)) <= timedelta(days=7)
