"""Resolve marks such as {을/를} in translated messages when the values are filled in.

A translator writes "퀴즈 “%(quiz)s”{이/가} 없습니다." The code does not change: `_("…") % {"quiz": …}` and `blocktranslate` work.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import trans_real

from common.korean.particles import PAIR, particle

MARK = re.compile(rf"\{{({PAIR})\}}")
# "을(를)", "은/는", "(으)로": both forms, for the reader to choose.
_HEDGED = re.compile(
    r"은\(는\)|는\(은\)|이\(가\)|가\(이\)|을\(를\)|를\(을\)|와\(과\)|과\(와\)|\(으\)로|\(이\)[가-힣]"
    r"|(?<!\{)(?:은/는|는/은|이/가|가/이|을/를|를/을|와/과|과/와|으로/로|로/으로)"
)
# A particle of one form after a value, which is right for half of the values.
_FIXED = re.compile(
    r"(?:%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\})(?:[”’'\"»>)\]]|</\w+>)*\s?(?:은|는|이|가|을|를|와|과|로|으로|이고|라는|이라는|예요|이에요)(?![가-힣])"
)


class Message(str):
    """A translated message with marks. Filling in values, by `%` or by `format`, chooses the particles."""

    __slots__ = ()

    def __str__(self) -> str:
        # A copy as a plain str, which `str(gettext_lazy(…))` would make, would not know its marks.
        return self

    def __mod__(self, values: Any) -> str:
        """Return the message with its values. Only the marks of the message are resolved, never those in a value."""
        if not isinstance(values, Mapping):
            raise TypeError("A message with particles needs named values.")
        return self._filled(lambda part: part % values)

    def format(self, *args: object, **values: object) -> str:
        """Do the same for a message with values in braces, as Django REST Framework has them."""
        if args:
            raise TypeError("A message with particles needs named values.")
        return self._filled(lambda part: part.format(**values))

    def _filled(self, fill: Callable[[str], str]) -> str:
        text = ""
        for at, part in enumerate(MARK.split(self)):
            text += particle(text, part) if at % 2 else fill(part)
        return text


class Translation(trans_real.DjangoTranslation):
    """Django's translations of one language, which returns messages with marks as `Message`."""

    def gettext(self, message: str) -> str:
        return _with_marks(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _with_marks(super().ngettext(msgid1, msgid2, n))


def _with_marks(text: str) -> str:
    return Message(text) if "{" in text and MARK.search(text) else text


def faults(text: str) -> list[str]:
    """Return the parts of a Korean translation with a particle that is right for some values only."""
    return [found[0] for pattern in (_HEDGED, _FIXED) for found in pattern.finditer(text)]


def install() -> None:
    """Let Django load its translations as `Translation`. Call it before the first message is translated."""
    trans_real.DjangoTranslation = Translation  # type: ignore[misc]
