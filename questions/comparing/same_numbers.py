"""Compare two short texts that are numbers, as 1,000 and 1000, 07 and 7, .05 and 0.05, 7개 and 7.

The same value may mean something else where it is written in another way: 1.10 may be a version, 007 a code, 5 kg a weight.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from questions.comparing.numbers import COUNTERS, Reading, has_another, read_answer, read_number
from questions.comparing.sentences import without_ending

# Numbers in words, from one.
_COUNTED = {
    word: value
    for words in (
        "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열",
        "한 두 세 네",
        "one two three four five six seven eight nine ten",
    )
    for value, word in enumerate(words.split(), 1)
}
_YEAR = frozenset(["년", "년도"])
_CODE = re.compile(r"-?0\d")
_UNIT = re.compile(r"[가-힣]{1,2}|[%$€£₩¥]|°[CF]|[kcmµn]?[gms]|[ml]?L")


def compare_numbers(answer: str, accepted: str) -> Literal["same", "other-form", ""]:
    """Return whether the answer is the number that is accepted, in the same form or in another one; "" if it is another."""
    wanted = _kept_reading(accepted)
    if wanted.number is None or has_another(wanted.unit):
        return ""
    given = read_answer(answer, {wanted.unit, *COUNTERS, *_YEAR})
    if given.fault == "unclear-comma":
        either = [read_number(answer.replace(",", sign)) for sign in (".", "")]
        return "other-form" if any((one.number, one.unit) == (wanted.number, wanted.unit) for one in either) else ""
    given = _read(answer) if given.number is None else given
    if given.number is None or given.fault == "several-numbers":
        return ""
    is_one = given.number == wanted.number
    if is_one and (given.unit == wanted.unit or _may_stand_for(given.unit, wanted.unit)):
        # 007 may be a code, so that 7 is not the same. 1.10 may be a version other than 1.1.
        is_same = (
            bool(given.digits) and _plain(given.digits) == _plain(wanted.digits) and not _CODE.match(wanted.digits)
        )
        return "same" if is_same else "other-form"
    # One has a unit. Only a percentage changes the value.
    unit = given.unit or wanted.unit
    has_one = "" in (given.unit, wanted.unit) and _UNIT.fullmatch(unit)
    is_part = unit == "%" and _of_one(given) == _of_one(wanted)
    return "other-form" if has_one and (is_one or is_part) else ""


def _of_one(reading: Reading) -> Decimal | None:
    """Return the number, or the part of 1 if it is a percentage."""
    return reading.number / 100 if reading.number is not None and reading.unit == "%" else reading.number


def _plain(digits: str) -> str:
    """Return the digits with one 0 before the full stop and none before another digit."""
    whole, stop, part = digits.removeprefix("-").partition(".")
    return f"{digits[: digits.startswith('-')]}{whole.lstrip('0') or '0'}{stop}{part}"


def _read(text: str) -> Reading:
    """Return the number of a text that is one, also in a word: 둘, 두 개, two."""
    reading = read_number(text)
    if reading.number is None:
        word = "".join(text.split()).casefold()
        for noun in (word, *(noun for noun, _sure in without_ending(word))):
            for counter in ("", *COUNTERS):
                value = _COUNTED.get(noun.removesuffix(counter))
                if value is not None and noun.endswith(counter):
                    return Reading(Decimal(value), counter)
    return reading


# Many answers are compared with the same texts of an author.
_kept_reading = lru_cache(2000)(_read)


def _may_stand_for(given: str, wanted: str) -> bool:
    """Whether a unit only counts: 7개 for 7, 1592년도 for 1592년."""
    return (given in _YEAR and wanted in _YEAR | {""}) or (given in COUNTERS and not wanted)
