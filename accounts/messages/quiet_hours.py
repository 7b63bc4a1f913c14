"""Decide when it is night where somebody is: no mail that can wait is sent then."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# On the reader's clock.
BEGIN = time(21)
END = time(8)


def quiet_until(now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the end of the quiet hours that `now` is in, in UTC; None if it is in none."""
    local = now.astimezone(zone)
    if END <= local.time() < BEGIN:
        return None
    day = local.date() + timedelta(days=1 if local.time() >= BEGIN else 0)
    return datetime.combine(day, END, tzinfo=zone).astimezone(UTC)
