"""Count the days on which somebody learned, one after the other. Pure Python, no Django.

Two days of each month are free: a day without a step does not end the streak, and nobody has to ask for it.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

FREE_DAYS = 2
# A streak is followed back for so many days.
LONGEST = 366


@dataclass(frozen=True, slots=True)
class Streak:
    """`days` with a step, without the free days between them. `free_days` are those that are left in this month."""

    days: int
    free_days: int


def compute_streak(learned: Collection[date], today: date) -> Streak:
    """Return the streak that reaches today. `learned` are the days with a step.

    Today is not over: without a step it neither counts nor takes a free day. A free day is taken only between two days with
    a step, or between the last one and today.
    """
    known = frozenset(learned)
    days, taken, free = 0, Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for back in range(LONGEST):
        day = today - timedelta(days=back)
        if day in known:
            days += 1
            taken = free.copy()
        elif day != today:
            free[day.year, day.month] += 1
            if free[day.year, day.month] > FREE_DAYS:
                break
    return Streak(days, FREE_DAYS - taken[today.year, today.month])
