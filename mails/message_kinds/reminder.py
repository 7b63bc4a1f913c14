"""To a student: something closes or is due today or tomorrow and is not submitted. At most one mail a day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.messages.kinds import Channel, Entry, FindEntries, MessageKind, Urgency
from mails.reminders.content import find_ends_of, find_lines


class Reminder(MessageKind):
    """What it is about is a day on the reader's calendar, so the row of a person and a day is unique."""

    name = "reminder"
    title = gettext_lazy("Reminders")
    description = gettext_lazy(
        "Something closes or is due today or tomorrow, and you have not submitted it. Once a day at most."
    )
    templates = "mails/reminder"
    channels = frozenset({Channel.MAIL, Channel.PUSH})
    # Tomorrow's reminder says what is left of today's, and a device may be away for hours.
    is_replaced_on_screens = True
    push_lifetime = timedelta(hours=12)
    push_urgency = Urgency.HIGH
    # Not zero, because then each mail would be a task of its own. The periodic run sends them over one connection.
    bundled_within = timedelta(minutes=1)
    nothing_left = "Everything is submitted or over, or a newer reminder takes its place."

    def reference(self, about: Any) -> str:
        day: date = about
        return day.isoformat()

    def of_course(self, course_id: int) -> Q:
        """Return any row: a reminder is one for all courses of a student."""
        return Q()

    def mail_entries(self, user: User, references: Sequence[str], now: datetime) -> dict[str, Entry]:
        """Say what ends, by the data of `now`. A reminder of a day that is over says nothing: that day has one of its own."""
        return self.entries_of([user], now)(user, references, now)

    def entries_of(self, users: Sequence[User], now: datetime) -> FindEntries:
        """Find what ends for all of them at once. What one of them has submitted since is left out."""
        ends = find_ends_of(users, now)

        def find(user: User, references: Sequence[str], now: datetime) -> dict[str, Entry]:
            today = timezone.localdate(now, user.zone).isoformat()
            if today not in references:
                return {}
            with timezone.override(user.zone):
                lines = find_lines(user, ends.get(user.pk, []), now)
            if not lines:
                return {}
            text = _("%(title)s %(when)s") % {"title": lines[0].title, "when": lines[0].when}
            return {today: Entry(text, lines[0].path, {"lines": lines, "others": len(lines) - 1})}

        return find


KIND = Reminder()
