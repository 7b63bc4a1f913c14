"""To students: the dates of a quiz have changed. The mail has them as a file for calendar programs, too."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from calendars import changes, dates, ical
from calendars.models import SentDate
from calendars.revisions import Revision
from common.mail import sending
from common.messages import concerns
from common.messages.kinds import Attachment, Entry, MessageKind
from courses.models import Activity, Enrolment


class DatesChanged(MessageKind):
    name = changes.KIND
    title = gettext_lazy("Changed dates")
    description = gettext_lazy("A quiz opens, is due or closes at another time than before.")
    templates = "calendars/dates_changed"

    def reference(self, about: Any) -> str:
        return str(about)

    def recipients(self, about: changes.Change) -> Iterable[int]:
        return Enrolment.objects.active().filter(course__activities=about.activity_id).values_list("user", flat=True)

    def of_course(self, course_id: int) -> Q:
        return concerns.by_first_id(Activity.objects.filter(course=course_id), "-")

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        return _find_entries(user, references, dates.find_entries(user, timezone.now()))

    def mail_entries(self, user: User, references: Sequence[str], now: datetime) -> dict[str, Entry]:
        """Say each quiz once, however often its dates have changed meanwhile; nothing of one that is submitted."""
        newest = {changes.read_activity(each): each for each in sorted(references)}
        found = [each for each in dates.find_entries(user, now) if not each.is_submitted]
        return _find_entries(user, list(newest.values()), found)

    def attachments(self, user: User, entries: Sequence[Entry], now: datetime) -> list[Attachment]:
        """Return the new dates as iCalendar, in the reader's time zone. The newest file has the highest SEQUENCE."""
        sequence = int(now.timestamp()) // 60
        revisions = [
            Revision(SentDate(uid=each.uid, at=each.at, sequence=sequence, modified_at=now), each)
            for entry in entries
            for each in entry.data["dates"]
        ]
        if not revisions:
            return []
        return [Attachment("baeum.ics", ical.write(revisions, user.zone, sending.absolute), "text/calendar")]


def _find_entries(user: User, references: Sequence[str], own: Sequence[dates.Entry]) -> dict[str, Entry]:
    """Return what `own`, the dates of this person, say of each quiz. A quiz without a date has no entry."""
    of_activity: dict[int, list[dates.Entry]] = {}
    for each in own:
        of_activity.setdefault(each.activity.pk, []).append(each)
    with timezone.override(user.zone):
        return {
            reference: _entry(found)
            for reference in references
            if (found := of_activity.get(changes.read_activity(reference)))
        }


def _entry(found: list[dates.Entry]) -> Entry:
    activity = found[0].activity
    lines = [f"{each.kind.label}: {_say_moment(each.at)}" for each in found]
    text = _("%(title)s has new dates (%(dates)s)") % {"title": activity, "dates": ", ".join(lines)}
    data = {"title": str(activity), "course": str(activity.course), "lines": lines, "dates": found}
    return Entry(text, activity.get_absolute_url(), data)


def _say_moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{date_format(local, 'DATE_FORMAT')} {time_format(local.time(), 'TIME_FORMAT')}"


KIND = DatesChanged()
