"""Number the changes of dates, so that calendar programs take over what has moved and remove what is gone (RFC 5545, 3.8.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import transaction

from calendars.dates import Entry
from calendars.models import Feed, SentDate

# How long an event is sent as cancelled. Programs read a feed at least once a week.
CANCELLED_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Revision:
    """What the feed says about one date. `entry` is None if the date is cancelled."""

    sent: SentDate
    entry: Entry | None


def record(feed: Feed, entries: Sequence[Entry], now: datetime) -> list[Revision]:
    """Return the entries with their numbers, and the cancelled ones. One query, and at most three more if something changed.

    SEQUENCE rises when a date moves, is cancelled or comes back. LAST-MODIFIED changes with everything that an event says.
    """
    rows = {row.uid: row for row in SentDate.objects.filter(feed=feed)}
    made: list[SentDate] = []
    changed: list[SentDate] = []
    found: list[Revision] = []
    for entry in entries:
        digest = _digest(feed, entry)
        row = rows.pop(entry.uid, None)
        if row is None:
            row = SentDate(feed=feed, uid=entry.uid, at=entry.at, digest=digest, modified_at=now)
            made.append(row)
        elif row.digest != digest:
            row.sequence += row.at != entry.at or not row.digest
            row.at, row.digest, row.modified_at = entry.at, digest, now
            changed.append(row)
        found.append(Revision(row, entry))
    for row in rows.values():
        if row.digest:
            row.sequence, row.digest, row.modified_at = row.sequence + 1, "", now
            changed.append(row)
        if row.modified_at > now - CANCELLED_FOR:
            found.append(Revision(row, None))
    # Two programs that read at the same time write the same.
    with transaction.atomic():
        if made:
            SentDate.objects.bulk_create(made, ignore_conflicts=True)
        if changed:
            SentDate.objects.bulk_update(changed, ["at", "digest", "sequence", "modified_at"])
    return found


def _digest(feed: Feed, entry: Entry) -> str:
    said = (
        str(entry.activity),
        str(entry.activity.course),
        entry.activity.get_absolute_url(),
        entry.at.timestamp(),
        feed.user.time_zone,
        feed.user.language,
    )
    return blake2b(repr(said).encode(), digest_size=16).hexdigest()
