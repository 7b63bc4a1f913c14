"""Show the goal of the week and the days of learning on the start page, and one number in the weekly summary."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Enrolment
from courses.summaries.sections import Number, Reader
from goals.steps import steps_of
from goals.weeks import find_goal_week


def today_section(user: User, enrolments: Sequence[Enrolment], now: datetime) -> SafeString:
    """Return the section of the start page. One query."""
    week = find_goal_week(user, [enrolment.pk for enrolment in enrolments], now)
    return render_to_string("goals/_today_section.html", {"week": week})


def find_week(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Number]:
    """Return for each reader the steps of the week against the goal; for those without one, the days with a step. No query."""
    found = {}
    for reader in readers:
        steps = [at for enrolment in reader.enrolments for at in steps_of(enrolment) if reader.is_in_period(at)]
        found[reader.user.pk] = _number(reader, len(steps), len({reader.user.local_day(at) for at in steps}))
    return found


def _number(reader: Reader, steps: int, days: int) -> Number:
    goal = reader.user.weekly_goal
    with reader.speaking():
        if goal:
            return Number(steps, _("Steps (your goal: %(goal)d)") % {"goal": goal})
        return Number(days, _("Days with learning"))
