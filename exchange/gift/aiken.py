"""Read Aiken: a question, its choices `A. …` or `A) …`, and `ANSWER: A`. Everything is plain text."""

import re

from django.utils.translation import gettext as _

from exchange.files import Source
from exchange.html import conversion
from exchange.html.tree import TextTooLarge
from exchange.items.questions import (
    ParsedFile,
    Part,
    Question,
    Skipped,
    UnsupportedQuestion,
    check_answers,
    check_questions,
)
from exchange.items.values import clean, first_words
from exchange.pictures import Pictures

_CHOICE = re.compile(r"([A-Z])[.)]\s+(.*)")
_ANSWER = re.compile(r"ANSWER:\s*([A-Z])\s*\Z")


def read(source: Source, *, pictures: Pictures) -> ParsedFile:
    """Return the questions of a file, and the skipped questions with reasons."""
    parsed = ParsedFile("aiken", notes=list(source.notes))
    text: list[str] = []
    choices: list[tuple[str, str]] = []
    for line in map(str.strip, source.text.split("\n")):
        if answer := _ANSWER.match(line):
            _add(parsed, " ".join(text), choices, answer[1])
            text, choices = [], []
            check_questions(len(parsed.questions))
        elif choice := _CHOICE.match(line):
            choices.append((choice[1], choice[2]))
        elif line and choices:
            # A question whose answer is missing.
            _skip(parsed, " ".join(text))
            text, choices = [line], []
        elif line:
            text.append(line)
    if text or choices:
        _skip(parsed, " ".join(text))
    return parsed


def _skip(parsed: ParsedFile, text: str) -> None:
    parsed.skipped.append(Skipped(first_words(clean(text)), _("It does not say which answer is right.")))


def _add(parsed: ParsedFile, text: str, choices: list[tuple[str, str]], answer: str) -> None:
    name = first_words(clean(text))
    if sum(letter == answer for letter, _text in choices) != 1:
        parsed.skipped.append(Skipped(name, _("A single choice question has exactly one correct choice.")))
        return
    try:
        check_answers(len(choices))
        question = Question(name, "single_choice", clean(conversion.from_plain(clean(text))))
        question.parts = [
            Part(clean(conversion.from_plain(clean(words))), correct=letter == answer) for letter, words in choices
        ]
        parsed.questions.append(question)
    except UnsupportedQuestion as refused:
        parsed.skipped.append(Skipped(name, str(refused)))
    except TextTooLarge:
        parsed.skipped.append(Skipped(name, _("Its text is too long or nested too deeply.")))
