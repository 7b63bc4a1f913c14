"""Fold texts, so that what readers take for the same word is the same text: composed, without case, spaces of Korean ignored."""

import re
import unicodedata
from collections.abc import Sequence

# Korean writes 데이터 분석 and 데이터분석.
_SPACE_IN_KOREAN = re.compile(r"(?<=[가-힣])[^\S\n]+(?=[가-힣])")
_SPACES = re.compile(r"\s+")
SHORTEST = 2


def compose(text: str) -> str:
    """Return the text in one line: composed (macOS decomposes Hangul), without NUL, with single spaces."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text.replace("\0", ""))).strip()


def fold(text: str) -> str:
    """Return a composed text as it is compared."""
    return _SPACE_IN_KOREAN.sub("", text.casefold())


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """Return what `fold` returns of a line, and for each of its characters where it comes from in `text`."""
    folded = text.casefold()
    # Folding makes no letter shorter, so a text of the same length has each letter at its place.
    places: Sequence[int] = range(len(text))
    if len(folded) != len(text):
        places = [place for place, letter in enumerate(text) for _each in letter.casefold()]
    dropped = {at for found in _SPACE_IN_KOREAN.finditer(folded) for at in range(*found.span())}
    if not dropped:
        return folded, places
    kept = [at for at in range(len(folded)) if at not in dropped]
    return "".join(folded[at] for at in kept), [places[at] for at in kept]


def split(wanted: str) -> list[str]:
    """Return the different folded words of what somebody looks for, the longest first."""
    words = dict.fromkeys(compose(wanted).casefold().split())
    return sorted(words, key=len, reverse=True)
