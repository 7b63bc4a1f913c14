"""Make the name of an uploaded figure from the name of its file."""

import re
import unicodedata
from collections.abc import Iterable

from common.korean.romanization import romanise

# A name is also the beginning of every id in a drawing.
_MAX_LENGTH = 60
# What may stand before the last dot: a language, or the program that made the file.
_SUFFIX = re.compile(r"(\.(ko|en|drawio|excalidraw))+\Z")


def base_name(file_name: str) -> str:
    """Return the lower-case ASCII name of a figure: letters, digits and hyphens; the first is a letter.

    Hangul is written in Latin letters. A name without any letter becomes "figure".
    """
    name = file_name.replace("\\", "/").rpartition("/")[2].lower()
    stem = name.rpartition(".")[0] or name
    latin = romanise(unicodedata.normalize("NFC", _SUFFIX.sub("", stem)))
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_LENGTH].strip("-")
    if not words:
        return "figure"
    return words if words[0].isalpha() else f"figure-{words}"


def free_name(base: str, ending: str, *, taken: Iterable[str]) -> str:
    """Return a base name so that base + "." + ending is not in `taken`: `base`, or with -2, -3 and so on."""
    lower = {name.lower() for name in taken}
    number, candidate = 1, base
    while f"{candidate}.{ending}" in lower:
        number += 1
        candidate = f"{base}-{number}"
    return candidate
