"""To staff, once a week: who is stuck, what waits, which question misbehaves, and how the week went in each cohort."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from common.messages.kinds import Channel, Entry, MessageKind
from courses.summaries.schedule import Slot, Week
from overview.weekly import content, planning
from overview.weekly.content import CourseWeek


class TeachingWeek(MessageKind):
    """What it is about is an ISO week, so the row of a person and a week is unique."""

    name = planning.KIND
    title = gettext_lazy("Weekly overview of your courses")
    description = gettext_lazy(
        "On Mondays at 8:30: who is stuck, what waits for you, which question misbehaves, and how the week went."
    )
    templates = "overview/teaching_week"
    channels = frozenset({Channel.MAIL})
    is_for_staff = True
    # Not zero, because then each mail would be a task of its own. The periodic run sends them over one connection.
    bundled_within = timedelta(minutes=1)
    nothing_left = "There is nothing to say, or the week is over."

    def reference(self, about: Any) -> str:
        week: Week = about
        return planning.reference(week)

    def mail_entries(self, user: User, references: Sequence[str], now: datetime) -> dict[str, Entry]:
        """Say what the courses of the person need, by the data of `now`. Nothing of a week whose mail is no longer due."""
        week = planning.week_in(user.zone, now)
        if week is None or planning.reference(week) not in references:
            return {}
        with timezone.override(user.zone):
            weeks = content.find_weeks(user, until=Slot(user.zone).due_at(week), now=now)
        if not weeks:
            return {}
        return {planning.reference(week): Entry(_say(weeks), reverse("admin:index"), {"weeks": weeks})}


def _say(weeks: Sequence[CourseWeek]) -> str:
    """Return the subject: of what, and how much of it wants somebody."""
    stuck, waiting = sum(week.stuck for week in weeks), sum(week.waiting for week in weeks)
    of = (
        _("“%(course)s”") % {"course": weeks[0].course}
        if len(weeks) == 1
        else ngettext("%(n)s course", "%(n)s courses", len(weeks)) % {"n": len(weeks)}
    )
    parts = []
    if stuck:
        parts.append(ngettext("%(n)s student is stuck", "%(n)s students are stuck", stuck) % {"n": stuck})
    if waiting:
        parts.append(ngettext("%(n)s thing waits for you", "%(n)s things wait for you", waiting) % {"n": waiting})
    return _("%(of)s: %(what)s") % {"of": of, "what": ", ".join(parts) or _("how the week went")}


KIND = TeachingWeek()
