"""Owns what a question is between formats: one language, Markdown, and nothing of any format's own.

None means that the format cannot say it: what the database says stays. Formats read into it and write from it.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from course_files.merging import canonical

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?\Z")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class ExchangeError(DomainError):
    """A file, or an import as a whole, that cannot be used; nothing was changed."""

    slug = "question-file-refused"
    help = gettext_lazy("The file of questions cannot be used. Nothing was imported.")


class NotBrought(ValueError):
    """One question that has no counterpart here; the message says why, in the reader's language."""


@dataclass(slots=True)
class Part:
    """A choice or a thing to be ordered. `key` is the source's own name for it, or ""."""

    text: str
    key: str = ""
    correct: bool = False
    feedback: str = ""


@dataclass(slots=True)
class Pair:
    """Two things that belong together; one with nothing on its left is a distractor."""

    left: str
    right: str
    key: str = ""


@dataclass(slots=True)
class Blank:
    """A gap that stands in the text as {{key}}, and the answers that fill it."""

    key: str
    accept: list[str]


@dataclass(slots=True)
class Wrong:
    """Answers known to be wrong, and what to say to whoever gives one."""

    answers: list[str]
    feedback: str = ""


@dataclass(slots=True)
class Question:
    """One question. `name` is the source's stable name for it; `remarks` say what of it was left behind."""

    name: str
    kind: str
    text: str
    points: str | None = None
    credit: str | None = None
    parts: list[Part] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)
    accept: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    # What the kind's definition says beyond its parts: a number's value and tolerance, a hand-in's files.
    more: dict[str, Any] = field(default_factory=dict)
    correct_feedback: str | None = None
    incorrect_feedback: str | None = None
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Skipped:
    """A question that was not brought over, and why."""

    name: str
    reason: str


@dataclass(slots=True)
class Reading:
    """What a file holds. `notes` are about the file as a whole."""

    format: str
    questions: list[Question] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Reading":
        questions = [
            Question(
                **{
                    **fields,
                    "parts": [Part(**part) for part in fields["parts"]],
                    "pairs": [Pair(**pair) for pair in fields["pairs"]],
                    "blanks": [Blank(**blank) for blank in fields["blanks"]],
                    "wrong": [Wrong(**wrong) for wrong in fields["wrong"]],
                }
            )
            for fields in stored["questions"]
        ]
        return cls(stored["format"], questions, [Skipped(**one) for one in stored["skipped"]], stored["notes"])


@dataclass(slots=True)
class Export:
    """A file to hand out. `losses` is [(question's key, what the format cannot say)]."""

    name: str
    content_type: str
    content: bytes
    losses: list[tuple[str, str]]


def clean(text: str) -> str:
    """A text that the database can hold: without control characters, as `course_files.merging` compares it."""
    return canonical(_CONTROL.sub("", text))


def key_of(name: str) -> str:
    """The key that stands for a source's name, always the same. What letters and digits cannot say, a digest does."""
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
    """The name of a question that has none: how its text begins."""
    return " ".join(text.split())[:60]


def number(text: str) -> Decimal:
    """A number as the formats write it. Raises InvalidOperation."""
    found = Decimal(text.strip())
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise InvalidOperation
    return found


def plain_number(value: Any) -> int | float:
    """A decimal as JSON writes it shortest."""
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() and abs(exact) < 10**15 else float(exact)


def decimal_text(value: Any) -> str:
    """A number without exponent and trailing zeros."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def weights_of(right: int, wrong: int, credit: str) -> tuple[Decimal, Decimal]:
    """The percentages of a right and of a wrong choice by which others reckon what `credit` says.

    "all" is told as: any wrong choice takes everything.
    """
    taken = Decimal(100) / wrong if wrong and credit == "partial" else Decimal(100)
    return Decimal(100) / max(right, 1), -taken


def credit_of(right: list[Decimal], wrong: list[Decimal]) -> tuple[str | None, bool]:
    """The credit that percentages mean, and whether it is exactly theirs. None: they would be the same for either."""
    gain, loss = weights_of(len(right), len(wrong), "partial")
    near = Decimal("0.01")
    partial = all(abs(given - gain) < near for given in right) and all(abs(given - loss) < near for given in wrong)
    if partial:
        return ("partial" if len(wrong) > 1 else None), True
    return "all", False


def without_doubles(answers: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(answer for answer in map(clean, answers) if answer))
