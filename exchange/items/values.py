"""Convert texts, keys, numbers and percentages between files and the format-neutral form."""

import hashlib
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify

from common.korean.romanization import romanise
from course_files.merging import canonical

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?\Z")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """Return a text without control characters, in the canonical form of `course_files.merging`."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return canonical(_CONTROL.sub("", text))


def clean_all(value: Any) -> Any:
    """A JSON value with `clean` applied to every text in it, also to the keys."""
    if isinstance(value, dict):
        return {clean(key): clean_all(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_all(item) for item in value]
    return clean(value) if isinstance(value, str) else value


def to_key(name: str) -> str:
    """Return a key for a name. The same name always gives the same key.

    If the name is too long, or has signs other than ASCII letters, digits, spaces, hyphens and underscores, the key ends with a
    digest of the name. Hangul is written in Latin letters, so that one can see which question is meant.
    """
    name = clean(name)
    if _KEY.match(name):
        return name
    plain = _slug(name)
    if plain and _KEY.match(plain) and re.fullmatch(r"[A-Za-z0-9 _-]+", name):
        return plain
    return _with_digest(_slug(romanise(name)), name)


def earlier_key(name: str) -> str:
    """Return the key that a name was given before Hangul was written in Latin letters."""
    return _with_digest(_slug(name), clean(name))


def _slug(name: str) -> str:
    return slugify(clean(name)).replace("_", "-").strip("-")


def _with_digest(plain: str, name: str) -> str:
    return f"{plain[:60].strip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def is_key(name: str) -> bool:
    return bool(_KEY.match(name))


def first_words(text: str) -> str:
    """Return the first 60 characters of a text on one line. This is the name of a question that has none."""
    return " ".join(text.split())[:60]


def number(text: str) -> Decimal:
    """Return the number in a text of a file. Raises InvalidOperation if it is not finite, or its exponent is beyond ±30."""
    found = Decimal(text.strip())
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise InvalidOperation
    return found


def plain_number(value: Any) -> int | float:
    """Return a number as an int if it is whole and less than 10^15, otherwise as a float."""
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() and abs(exact) < 10**15 else float(exact)


def decimal_text(value: Any) -> str:
    """Return a number as text, without an exponent and without trailing zeros after the point."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def answer_weights(right: int, wrong: int, credit: str) -> tuple[Decimal, Decimal]:
    """Return the percentages of a right and of a wrong choice that express `credit` in other systems.

    Each of n right choices earns 100/n. Each of m wrong choices costs 100/m if `credit` is "partial", and 100 if it is "all".
    """
    penalty = Decimal(100) / wrong if wrong and credit == "partial" else Decimal(100)
    return Decimal(100) / max(right, 1), -penalty


# Numbers of choices n for which Moodle has the percentage 100/n. It refuses a file with others.
_SHARES = (*range(1, 11), 20)


def moodle_weights(right: int, wrong: int, credit: str) -> tuple[Decimal, Decimal, bool]:
    """Return the percentages of `answer_weights`, or the next larger ones that Moodle has, and whether they are the same."""
    shared = [next(n for n in reversed(_SHARES) if n <= max(number, 1)) for number in (right, wrong)]
    gain, loss = answer_weights(shared[0], shared[1], credit)
    return gain, loss, (gain, loss) == answer_weights(right, wrong, credit)


def find_credit(right: list[Decimal], wrong: list[Decimal]) -> tuple[str | None, bool]:
    """Return the kind of credit that the percentages fit ("all" or "partial"), and whether they fit exactly.

    None means that the percentages fit both kinds.
    """
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
