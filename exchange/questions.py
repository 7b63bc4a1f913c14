"""The format-neutral form of a question: one language, texts in Markdown. Readers produce it, writers take it.

None in a field means that the format cannot express it; an import keeps the stored value.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import slugify

from common.errors import DomainError
from course_files.merging import canonical

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?\Z")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class ExchangeError(DomainError):
    """A file or an import is refused as a whole; nothing was changed."""

    slug = "question-file-refused"


class UnsupportedQuestion(ValueError):
    """One question that cannot be imported or exported. The message says why, in the current language."""


@dataclass(slots=True)
class Part:
    """A choice, or an item to be ordered. `key` is its identifier in the file, or ""."""

    text: str
    key: str = ""
    correct: bool = False
    feedback: str = ""


@dataclass(slots=True)
class Pair:
    """A pair of a matching question. With an empty `left` it is a distractor."""

    left: str
    right: str
    key: str = ""


@dataclass(slots=True)
class Blank:
    """A gap, written {{key}} in the text, and its accepted answers."""

    key: str
    accept: list[str]


@dataclass(slots=True)
class WrongAnswers:
    """Known wrong answers with a common feedback."""

    answers: list[str]
    feedback: str = ""


@dataclass(slots=True)
class Question:
    """One question. `name` identifies it in its file. `remarks` say what was lost when it was read."""

    name: str
    kind: str
    text: str
    points: str | None = None
    credit: str | None = None
    parts: list[Part] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)
    accept: list[str] = field(default_factory=list)
    wrong: list[WrongAnswers] = field(default_factory=list)
    # Other fields of the kind's definition: value and tolerance of a number, files of a hand-in.
    extra: dict[str, Any] = field(default_factory=dict)
    correct_feedback: str | None = None
    incorrect_feedback: str | None = None
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Skipped:
    """A question that is not imported, and the reason."""

    name: str
    reason: str


@dataclass(slots=True)
class ParsedFile:
    """The questions of a file. `notes` are messages about the whole file."""

    format: str
    questions: list[Question] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "ParsedFile":
        questions = [
            Question(
                **{
                    **fields,
                    "parts": [Part(**part) for part in fields["parts"]],
                    "pairs": [Pair(**pair) for pair in fields["pairs"]],
                    "blanks": [Blank(**blank) for blank in fields["blanks"]],
                    "wrong": [WrongAnswers(**wrong) for wrong in fields["wrong"]],
                }
            )
            for fields in stored["questions"]
        ]
        return cls(stored["format"], questions, [Skipped(**one) for one in stored["skipped"]], stored["notes"])


@dataclass(slots=True)
class ExportedFile:
    """A file to download. `losses` is [(key of the question, what the format cannot express)]."""

    name: str
    content_type: str
    content: bytes
    losses: list[tuple[str, str]]


def clean(text: str) -> str:
    """A text without control characters, in the canonical form of `course_files.merging`."""
    return canonical(_CONTROL.sub("", text))


def to_key(name: str) -> str:
    """The key for a name, always the same. If the name has other signs than letters and digits, it ends with a digest."""
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
    """The credit that percentages express, and whether it does so exactly. None: both credits have these percentages."""
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
