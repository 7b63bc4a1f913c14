"""Write Hangul in Latin letters, for names in addresses and files that people read."""

import re

_HANGUL = re.compile("[\uac00-\ud7a3]")
# fmt: off
_INITIALS = [
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s",
    "ss", "", "j", "jj", "ch", "k", "t", "p", "h",
]
_VOWELS = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae",
    "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i",
]
_FINALS = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p",
    "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t",
]
# fmt: on


def has_hangul(text: str) -> bool:
    return bool(_HANGUL.search(text))


def romanise(text: str) -> str:
    """Return the text (NFC) with each syllable of Hangul in Latin letters, letter by letter of the Revised Romanization.

    Sounds that change between syllables are not followed, so a syllable is always written the same.
    """
    return _HANGUL.sub(_syllable, text)


def _syllable(found: re.Match[str]) -> str:
    place = ord(found[0]) - 0xAC00
    return _INITIALS[place // 588] + _VOWELS[place % 588 // 28] + _FINALS[place % 28]
