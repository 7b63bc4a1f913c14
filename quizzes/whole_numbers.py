"""Parse whole numbers in addresses and forms; refuse numbers that the database cannot store."""

# Milliseconds since 1970 have 13 digits. The API accepts numbers up to here. The page's script counts on from
# there and is exact up to 9 * 10^15.
LARGEST = 10**15 - 1
DIGITS = 16


def parse_whole_number(text: str) -> int | None:
    """Return the number if `text` is a whole number from 0 with at most DIGITS digits, else None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
