"""Write dates as an iCalendar object (RFC 5545)."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from calendars.revisions import Revision

# How often a program should ask. Most ask less often.
_ASK_AGAIN = timedelta(hours=1)


def write(revisions: Sequence[Revision], zone: ZoneInfo, absolute: Callable[[str], str]) -> bytes:
    """Return the calendar. Texts are in the active language; `absolute` makes addresses of paths."""
    # Imported here: only who reads a calendar needs the library, which takes several MB.
    from icalendar import STATUS, TRANSP, Calendar, Event, Timezone

    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", f"-//Baeum//{settings.VERSION}//EN")
    # Also X-WR-CALNAME, where older programs read it.
    calendar.calendar_name = _("Dates of my courses")
    calendar.add("X-WR-TIMEZONE", zone.key)
    calendar.add("REFRESH-INTERVAL", _ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for revision in revisions:
        sent, entry = revision.sent, revision.entry
        event = Event.new(
            uid=sent.uid,
            start=_local(sent.at, zone),
            stamp=sent.modified_at.astimezone(UTC),
            last_modified=sent.modified_at.astimezone(UTC),
            sequence=sent.sequence,
            status=STATUS.CONFIRMED if entry else STATUS.CANCELLED,
            transparency=TRANSP.TRANSPARENT,
            # What was cancelled may no longer be visible to the person, so nothing else is said about it.
            summary=f"{entry.activity} · {entry.kind.label}" if entry else _("This date no longer applies"),
            description=str(entry.activity.course) if entry else None,
            url=absolute(entry.activity.get_absolute_url()) if entry else None,
        )
        calendar.add_component(event)
    if revisions:
        years = [revision.sent.at.year for revision in revisions]
        calendar.add_missing_timezones(date(min(years), 1, 1), date(max(years) + 2, 1, 1))
    else:
        # A calendar without any component is none.
        calendar.add_component(Timezone.from_tzinfo(zone, zone.key))
    written: bytes = calendar.to_ical()
    return written


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(UTC if zone.key in {"UTC", "Etc/UTC"} else zone).replace(microsecond=0)
    # Of a time that the clocks show twice, iCalendar means the first one (RFC 5545, 3.3.5). The second one has no local name.
    return local.astimezone(UTC) if local.fold else local
