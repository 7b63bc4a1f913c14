"""Fold texts, so that what readers take for the same word is the same text: composed, without case, spaces of Korean ignored."""

import re
import unicodedata

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


def split(wanted: str) -> list[str]:
    """Return the different folded words of what somebody looks for, the longest first."""
    words = dict.fromkeys(compose(wanted).casefold().split())
    return sorted(words, key=len, reverse=True)
