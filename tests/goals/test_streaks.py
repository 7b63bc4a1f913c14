"""Days of learning, one after the other, with two free days a month."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.streaks import FREE_DAYS, LONGEST, Streak, compute_streak

TODAY = date(2026, 11, 20)


def ago(*days: int) -> set[date]:
    return {TODAY - timedelta(days=day) for day in days}


@pytest.mark.parametrize(
    ("learned", "expected"),
    [
        (ago(), Streak(0, 2)),
        (ago(0), Streak(1, 2)),
        # Today is not over.
        (ago(1, 2), Streak(2, 2)),
        (ago(0, 1, 2), Streak(3, 2)),
        # One day between is free, two are, three are not.
        (ago(0, 2), Streak(2, 1)),
        (ago(0, 2, 4), Streak(3, 0)),
        (ago(0, 3), Streak(2, 0)),
        (ago(0, 2, 4, 6), Streak(3, 0)),
        (ago(0, 4), Streak(1, 2)),
        # Without a step since three days: nothing is said of what was.
        (ago(3), Streak(1, 0)),
        (ago(4), Streak(0, 2)),
        # Free days behind the last day with a step are not taken.
        (ago(0, 10), Streak(1, 2)),
    ],
)
def test_free_days_keep_a_streak(learned: set[date], expected: Streak) -> None:
    assert compute_streak(learned, TODAY) == expected


def test_each_month_has_its_own_free_days() -> None:
    learned = {date(2026, 10, 29), date(2026, 11, 3)}
    # 30 and 31 October, 1 and 2 November.
    assert compute_streak(learned, date(2026, 11, 3)) == Streak(2, 0)
    assert compute_streak(learned | {date(2026, 11, 5)}, date(2026, 11, 5)) == Streak(1 + 1, 1)


def test_a_streak_is_followed_back_for_a_year() -> None:
    assert compute_streak(ago(*range(500)), TODAY) == Streak(LONGEST, FREE_DAYS)


@given(st.sets(st.integers(0, 80)), st.integers(0, 80))
def test_another_day_with_a_step_never_makes_it_shorter(days: set[int], more: int) -> None:
    assert compute_streak(ago(*days, more), TODAY).days >= compute_streak(ago(*days), TODAY).days
