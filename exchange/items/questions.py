"""Define format-neutral questions: in one language, with texts in Markdown. Readers return them and writers take them.

None in a field means that the format cannot express it. Then an import keeps the stored value.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from exchange.refusals import ExchangeError


class UnsupportedQuestion(ValueError):
    """Raised for one question that cannot be imported or exported. The message gives the reason, in the current language."""


# Limits of a file and of a question. Readers check them before they convert texts, which takes most of the time.
MAX_QUESTIONS = 10_000
MAX_ANSWERS = 200
_PLACE = re.compile(r"\$[a-z]+\$")


def check_questions(count: int) -> None:
    """Raises ExchangeError."""
    if count > MAX_QUESTIONS:
        raise ExchangeError(_("The file holds more than %(limit)d questions. Split it.") % {"limit": MAX_QUESTIONS})


def check_answers(count: int) -> None:
    """Check the number of answers, choices, pairs or items of a question. Raises UnsupportedQuestion."""
    if count > MAX_ANSWERS:
        raise UnsupportedQuestion(_("It has more than %(limit)d answers.") % {"limit": MAX_ANSWERS})


def check_distinct(question: "Question") -> None:
    """Raise UnsupportedQuestion if two choices or items have the same text. For questions that have lost a part of a text."""
    texts = [part.text for part in question.parts]
    if len(set(texts)) < len(texts):
        raise UnsupportedQuestion(_("Two of its choices are the same without what is left out of them."))


def category_path(text: str) -> str:
    """Return the path of a category of Moodle, as "Week 1 / Sets": without its place in the site, such as $course$/top."""
    # In a name a slash is written twice.
    steps = [step.replace("\x00", "/").strip() for step in text.replace("//", "\x00").split("/")]
    return " / ".join(step for step in steps if step and step != "top" and not _PLACE.fullmatch(step))[:250]


def tags_left_out(tags: Iterable[str]) -> list[str]:
    """Return the note about tags; [] if there are none."""
    named = [tag for tag in tags if tag]
    if not named:
        return []
    shown = ", ".join(tag[:40] for tag in named[:20]) + (", …" if len(named) > 20 else "")
    return [_("Tags are left out: %(tags)s.") % {"tags": shown}]


def compared_differently(question: "Question") -> list[str]:
    """Return the loss of questions whose answers are typed."""
    if question.kind != "short_answer" and not any(blank.accept for blank in question.blanks):
        return []
    return [
        _("how answers are compared: elsewhere only the answers in the file are right, without the rules for endings")
    ]


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
    """A gap: accepted answers, or the choices of a menu as plain texts, or in `extra` the value and tolerance of a number.

    In the text of the question the gap is written {{key}}.
    """

    key: str
    accept: list[str] = field(default_factory=list)
    choices: list[Part] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


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
    # Whether the quiz shuffles choices. Only for an export: an import does not change the rules of a quiz.
    shuffle: bool = True
    # The category that it is in, as "Week 1 / Sets". A quiz has none.
    category: str = ""
    correct_feedback: str | None = None
    incorrect_feedback: str | None = None
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Skipped:
    """A question that is not imported, and the reason."""

    name: str
    reason: str

    @classmethod
    def with_title(cls, name: str, title: str, reason: str) -> "Skipped":
        """Many systems name questions by numbers that nobody reads, and give them a title beside it."""
        return cls(f"{name} “{title}”" if title not in ("", name) else name, reason)


@dataclass(slots=True)
class ParsedFile:
    """The questions of a file. `notes` are messages about the whole file.

    `files` are its pictures: {name in assets/: content}. `categories` are all of the file: {path: number of questions}.
    """

    format: str
    questions: list[Question] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    categories: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class ExportedFile:
    """A file to download. `losses` is [(key of the question, what the format cannot express)]."""

    name: str
    content_type: str
    content: bytes
    losses: list[tuple[str, str]]
