"""Make the keys that identify the parts of a question permanently."""

import re
import unicodedata
from collections.abc import Iterable, Set

from questions.base import KEY_SCHEMA
from workspace.drafts.names import first_free, numbered

_KEY = re.compile(KEY_SCHEMA["pattern"])
# A made key is shorter: it stands in the course's files for people to read.
_MADE = 40


def is_key(text: str) -> bool:
    """Return whether a definition may contain the key."""
    return bool(_KEY.fullmatch(text))


def slug(text: str) -> str:
    """Return the Latin letters and digits of `text` as a key; "" if it has no Latin letter."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).lower() if c.isascii())
    made = "-".join(re.findall(r"[a-z0-9]+", plain))[:_MADE].strip("-")
    return made if re.search("[a-z]", made) else ""


def make_key(texts: Iterable[str], noun: str, taken: Set[str]) -> str:
    """Return a key that is not in `taken`: from the first text with Latin letters, else `noun` with a number."""
    base = next(filter(None, map(slug, texts)), "")
    return numbered(base, taken) if base else first_free(noun, taken)
