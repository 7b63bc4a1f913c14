"""Read a number as people write it, with the unit after it: 1,234.5 · −0.7 · 1.2e-3 · 5 × 10³ · 2만 · 35 ms · 정답은 7개입니다.

A comma groups three digits and is never a decimal point, so 3,5 is no number: it may stand for 3.5 or 35.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from typing import Literal

from questions.comparing.sentences import LEADS, without_ending

RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ]+")
# "" · no number at the beginning · a comma that does not group three digits · another number after it · an unknown unit.
Fault = Literal["", "not-a-number", "unclear-comma", "several-numbers", "unit-unknown"]
# Faults that make an answer wrong in every question, whatever its units.
UNREADABLE = ("not-a-number", "unclear-comma", "several-numbers")

_DIGITS = r"(?:[1-9]\d{0,2}(?:,\d{3})+(?![\d,])|[1-9]\d{0,2}(?: \d{3})+(?!\d)|\d+)"
_NUMBER = re.compile(
    rf"(?P<currency>[$€£¥₩]?)\s*(?P<sign>[+-]?)\s*(?P<digits>{_DIGITS}(?:\.\d*)?|\.\d+)"
    r"(?:\^\(?(?P<power>[+-]?\d{1,2}(?!\d))\)?"
    r"|\s*[eE]\s*(?P<exponent>[+-]?\d{1,3}(?!\d))"
    r"|\s*[x×*]\s*10\s*(?:\^|\*\*)\s*\(?(?P<times>[+-]?\d{1,3}(?!\d))\)?)?\s*(?P<rest>.*)",
    re.DOTALL,
)
_EQUALS = re.compile(r"^(?:[a-zα-ω]\s*)?=\s*", re.IGNORECASE)
_ANOTHER = re.compile(r"(?<![A-Za-zµμ°])\d")
_KOREAN = re.compile(r"(\d[\d.,]*)(천|백|십)?(조|억|만)?")
_SIZES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}
# What counts things and needs no conversion.
COUNTERS = frozenset((
    "개", "명", "사람", "가지", "번", "건", "회", "종", "종류", "대", "권", "장", "마리", "쪽", "살", "세", "점", "위",
    "층", "단계", "곳",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """The number, None if none is clear, and what stands after it, without spaces. `fault` says what is unclear.

    `digits` is how the number is written, without groups of three; "" if it was calculated: 10^3, 2만, and +1.
    """

    number: Decimal | None
    unit: str
    fault: Fault = ""
    digits: str = ""

    @property
    def alone(self) -> Decimal | None:
        """The number, if nothing stands after it."""
        return None if self.unit else self.number


def fold(unit: str) -> str:
    """Return the unit in the form in which units are compared: ％ is %, ㎳ is ms and m^2 is m². Case matters: mW is not MW."""
    return "".join(unicodedata.normalize("NFKC", unit).replace("^", "").split())


def read_number(text: str) -> Reading:
    """Return the number at the beginning of the text. `unit` is everything after it."""
    plain = unicodedata.normalize("NFKC", RAISED.sub(r"^\g<0>", text)).strip().replace("−", "-").replace("–", "-")
    match = _NUMBER.match(plain)
    if match is None:
        return Reading(None, "", "not-a-number")
    rest = match["rest"]
    if re.match(r",\d", rest):
        return Reading(None, "", "unclear-comma")
    digits = match["digits"].replace(",", "").replace(" ", "")
    number = Decimal(digits)
    try:
        if match["power"]:
            number = number ** int(match["power"])
        if power_of_ten := match["exponent"] or match["times"]:
            number = number.scaleb(int(power_of_ten))
    except DecimalException:
        return Reading(None, "", "not-a-number")
    if not number.is_finite():
        return Reading(None, "", "not-a-number")
    is_plain = match["sign"] != "+" and not (match["power"] or power_of_ten)
    written = match["sign"] + digits.removesuffix(".") if is_plain else ""
    signed = number.copy_negate() if match["sign"] == "-" else number
    return Reading(signed, fold(match["currency"] + rest), digits=written)


def read_answer(text: str, units: Collection[str]) -> Reading:
    """Return the number and its unit, one of `units` or "", from an answer that may be a short sentence.

    If the unit is none of them, `fault` is not empty.
    """
    first: Reading | None = None
    for plain in dict.fromkeys((text, _EQUALS.sub("", LEADS.sub("", text.strip())))):
        reading = read_number(plain)
        if reading.number is None:
            first = first if first and first.fault == "unclear-comma" else reading
            continue
        candidates = [reading, *_in_korean(reading)]
        for candidate in candidates:
            for unit in _units(candidate.unit):
                # If there is a unit 만원, 2만 may stand for 2 만원.
                is_part = candidate is not reading and not unit and any(name[:1] in _SIZES for name in units)
                if (not unit or unit in units) and not is_part:
                    return replace(candidate, unit=unit)
        last = candidates[-1]
        return replace(last, fault="several-numbers" if has_another(last.unit) else "unit-unknown")
    assert first is not None
    return first


def how_read(text: str, units: Collection[str]) -> tuple[str, str]:
    """Return (number, fault) to show a student: the number as it is read, if it is written in another way, or why none is."""
    reading = read_answer(text.strip(), units)
    if not text.strip() or reading.fault in UNREADABLE:
        return "", reading.fault if text.strip() else ""
    number = "" if reading.number is None else written(reading.number)
    return "" if number in text else number, ""


def written(number: Decimal) -> str:
    """Return the number in digits, or with an exponent if they would be many."""
    return f"{number:f}" if abs(number.adjusted()) < 30 else str(number)


def has_another(unit: str) -> bool:
    """Whether what stands after a number has another one. The digit of a unit is none: m2, CO2."""
    return bool(_ANOTHER.search(unit))


def _units(rest: str) -> Iterator[str]:
    """Yield what may be the unit: the rest, also without a full stop and without the end of a sentence."""
    yield rest
    bare = rest.rstrip(".。!?~")
    yield bare
    # The noun before the ending is the number, if there is no unit. 7개요 is no 개요.
    yield from (noun[1:] for noun, is_sure in without_ending(f"0{bare}") if is_sure or bare.endswith("요"))


def _in_korean(reading: Reading) -> list[Reading]:
    """Return the reading if 천, 만 or 억 follow the number, with what stands between them: 1억 2,000만 원."""
    assert reading.number is not None
    total, left, last = Decimal(0), f"{abs(reading.number):f}{reading.unit}", Decimal("Infinity")
    while match := _KOREAN.match(left):
        read = read_number(match[1])
        size = Decimal(_SIZES.get(match[2], 1) * _SIZES.get(match[3], 1))
        if read.number is None or read.unit or size >= last or (size == 1 and last.is_infinite()):
            return []
        total, left, last = total + read.number * size, left[match.end() :], size
    return [Reading(total.copy_sign(reading.number), left)]
