"""Define format-neutral questions: in one language, with texts in Markdown. Readers return them and writers take them.

None in a field means that the format cannot express it. Then an import keeps the stored value.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from exchange.refusals import ExchangeError


class UnsupportedQuestion(ValueError):
    """Raised for one question that cannot be imported or exported. The message gives the reason, in the current language."""


# Limits of a file and of a question. Readers check them before they convert texts, which takes most of the time.
MAX_QUESTIONS = 1_000
MAX_ANSWERS = 200


def check_questions(count: int) -> None:
    """Raises ExchangeError."""
    if count > MAX_QUESTIONS:
        raise ExchangeError(_("The file holds more than %(limit)d questions. Split it.") % {"limit": MAX_QUESTIONS})


def check_answers(count: int) -> None:
    """Check the number of answers, choices, pairs or items of a question. Raises UnsupportedQuestion."""
    if count > MAX_ANSWERS:
        raise UnsupportedQuestion(_("It has more than %(limit)d answers.") % {"limit": MAX_ANSWERS})


@dataclass(slots=True)
class Part:
    """A choice, or an item to be ordered. `key` is its identifier in the file, or ""."""

    text: str
    key: str = ""
    correct: bool = False
    feedback: str = ""


@dataclass(slots=True)
class Pair:
    """A pair of a matching question, or a distractor if `left` is ""."""

    left: str
    right: str
    key: str = ""


@dataclass(slots=True)
class Blank:
    """A gap and its accepted answers. In the text of the question the gap is written {{key}}."""

    key: str
    accept: list[str]


@dataclass(slots=True)
class WrongAnswers:
    """Known wrong answers that have the same feedback."""

    answers: list[str]
    feedback: str = ""


@dataclass(slots=True)
class Question:
    """One question. `name` identifies it in its file. `remarks` say what the reader changed or left out."""

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
