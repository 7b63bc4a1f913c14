"""Convert texts, keys, numbers and percentages between files and the format-neutral form."""

import hashlib
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify

from course_files.merging import canonical

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?\Z")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """A text without control characters, in the canonical form of `course_files.merging`."""
    return canonical(_CONTROL.sub("", text))


def to_key(name: str) -> str:
    """Return the key for a name, always the same.

    If the name has signs other than letters and digits, the key ends with a digest.
    """
    name = clean(name)
    if _KEY.match(name):
        return name
    plain = slugify(name).replace("_", "-").strip("-")
    if plain and _KEY.match(plain) and re.fullmatch(r"[A-Za-z0-9 _-]+", name):
        return plain
    short = plain[:60].strip("-")
    return f"{short}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def is_key(name: str) -> bool:
    return bool(_KEY.match(name))


def first_words(text: str) -> str:
    """The beginning of a text (60 characters). It serves as the name of a question without one."""
    return " ".join(text.split())[:60]


def number(text: str) -> Decimal:
    """Parse a finite number of a file. Raises InvalidOperation."""
    found = Decimal(text.strip())
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise InvalidOperation
    return found


def plain_number(value: Any) -> int | float:
    """A decimal as the number that JSON writes shortest: int if possible, else float."""
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() and abs(exact) < 10**15 else float(exact)


def decimal_text(value: Any) -> str:
    """A number without exponent and trailing zeros."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def answer_weights(right: int, wrong: int, credit: str) -> tuple[Decimal, Decimal]:
    """The percentages of a right and of a wrong choice that express `credit` in other systems.

    "partial": n right choices earn 100/n each, m wrong ones cost 100/m each. "all": any wrong choice costs 100.
    """
    penalty = Decimal(100) / wrong if wrong and credit == "partial" else Decimal(100)
    return Decimal(100) / max(right, 1), -penalty


def find_credit(right: list[Decimal], wrong: list[Decimal]) -> tuple[str | None, bool]:
    """The credit that percentages express (None if both credits have them), and whether it does so exactly."""
    gain, loss = answer_weights(len(right), len(wrong), "partial")
    tolerance = Decimal("0.01")
    partial = all(abs(percentage - gain) < tolerance for percentage in right) and all(
        abs(percentage - loss) < tolerance for percentage in wrong
    )
    if partial:
        return ("partial" if len(wrong) > 1 else None), True
    return "all", False


def unique_answers(answers: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(answer for answer in map(clean, answers) if answer))
