"""Owns how a whole number in an address or a form is read: what the database cannot hold is none."""

# Milliseconds since 1970 have 13. It is far enough within 63 bits that adding one leads nowhere else.
DIGITS = 18
LARGEST = 10**DIGITS - 1


def count_in(text: str) -> int | None:
    """The number from 0 that `text` is, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
