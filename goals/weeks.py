"""Find the week of a student: its steps against the goal, and the days of learning."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from accounts.models import User
from goals.steps import find_steps
from goals.streaks import LONGEST, Streak, compute_streak


@dataclass(frozen=True, slots=True)
class GoalWeek:
    """`steps` were taken in the week that began on `week_start`, a Monday of the student's calendar. `goal` 0 is none."""

    goal: int
    week_start: date
    steps: int
    streak: Streak

    @property
    def is_reached(self) -> bool:
        return 0 < self.goal <= self.steps

    @property
    def shown(self) -> int:
        """Return how much of the goal's bar is full."""
        return min(self.steps, self.goal)


def find_goal_week(user: User, enrolment_ids: Collection[int], now: datetime) -> GoalWeek:
    """Return this week of the student in these enrolments. One query."""
    today = user.local_day(now)
    first = datetime.combine(today - timedelta(days=LONGEST), time(), tzinfo=user.zone)
    by_day: dict[date, int] = {}
    for step in find_steps(enrolment_ids, first, now + timedelta(microseconds=1)):
        day = user.local_day(step.at)
        by_day[day] = by_day.get(day, 0) + step.count
    monday = today - timedelta(days=today.weekday())
    steps = sum(count for day, count in by_day.items() if day >= monday)
    return GoalWeek(user.weekly_goal, monday, steps, compute_streak(by_day, today))
