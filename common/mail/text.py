"""Make texts of people safe in a mail: a name cannot break a line, or reorder the text around it."""

import re
import unicodedata

# Characters that turn the direction of the text after them: marks, embeddings and overrides, and isolates without an end.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066\u2067]")
# An isolate: what is between the two has its own direction and does not move its neighbours.
_ISOLATE, _END = "\u2068", "\u2069"
# Persian, Indic scripts and emoji need these two of the invisible characters.
_JOINERS = "\u200c\u200d"


def is_hidden(character: str) -> bool:
    """Whether it is a control character, a line separator, or an invisible one, such as those for the writing direction."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in _JOINERS


def one_line(text: str) -> str:
    """Return `text` without line breaks, invisible characters and characters of the writing direction."""
    # What is invisible goes; a line break or another control character separates words.
    parts = (_replacement(character) if is_hidden(character) else character for character in text)
    return " ".join("".join(parts).split())


def isolated(text: str) -> str:
    """Return `text` on one line. If its letters run from right to left, it is isolated from the text around it."""
    line = one_line(text)
    is_turned = any(unicodedata.bidirectional(character) in ("R", "AL") for character in line)
    return f"{_ISOLATE}{line}{_END}" if is_turned else line


def without_directions(text: str) -> str:
    """Return a text of several lines without characters that turn the direction of what follows. Isolates stay."""
    return _DIRECTIONS.sub("", text)


def _replacement(character: str) -> str:
    return "" if unicodedata.category(character) == "Cf" else " "
