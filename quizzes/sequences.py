"""Parse the numbers that clients send, and limit what is believed of a client's clock.

Apps number their saves by their clock, in milliseconds since 1970. One from a year ahead must not be the highest for a year.
"""

from datetime import UTC, datetime, timedelta

# Milliseconds since 1970 have 13 digits. Databases store numbers up to here; the page's script is exact up to 9 * 10^15.
LARGEST = 10**15 - 1
DIGITS = 16
# A clock may be this much ahead of the server's. Within it the client's own order of its requests counts.
TOLERANCE = timedelta(minutes=1)


def parse_whole_number(text: str) -> int | None:
    """Return the number if `text` is a whole number from 0 with at most DIGITS digits, else None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None


def believed(sequence: int | None, now: datetime) -> int | None:
    """Return `sequence`, or the server's clock in milliseconds if `sequence` is too far ahead of it."""
    return sequence if sequence is None or sequence <= latest_believed(now) else _milliseconds(now)


def latest_believed(now: datetime) -> int:
    """Return the highest number that is not too far ahead. A stored one above it is from a time when a clock was wrong."""
    return _milliseconds(now + TOLERANCE)


def moment_of(sequence: int | None, since: datetime, until: datetime) -> datetime | None:
    """Return when the client says that it made the number, or None if that is not between two moments: it counts otherwise."""
    if sequence is None or not _milliseconds(since) <= sequence <= _milliseconds(until):
        return None
    return datetime.fromtimestamp(sequence / 1000, UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
