"""Owns how a whole number in an address or a form is read: what the database cannot hold is none."""

# Milliseconds since 1970 have 13 digits. An app may count to here; a page, whose script counts exactly up to 9 * 10^15, goes
# on from what an app has left.
LARGEST = 10**15 - 1
DIGITS = 16


def parse_whole_number(text: str) -> int | None:
    """The number from 0 that `text` is, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
