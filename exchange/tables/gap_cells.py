"""Read the gaps of a row: a text with rows of underscores, the answer of each gap, and menus in the cells of choices."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange.items import gaps
from exchange.items.questions import Blank, Part, UnsupportedQuestion
from exchange.items.values import number, plain_number, unique_answers

GAP = re.compile(r"_{3,}")
_SEPARATORS = re.compile(r"\s*[;\n]\s*")
_ALTERNATIVES = re.compile(r"\s*\|\s*")
_NUMBER = re.compile(r"#\s*(?P<value>[^:±]*?)\s*(?:[:±]\s*(?P<tolerance>[^:±]*?)\s*)?")


def read(pieces: Sequence[str], answer: str, choices: Mapping[int, str], tolerance: str) -> list[Blank]:
    """Return the gaps between the pieces of a text. Raises UnsupportedQuestion.

    `choices` are the cells of choices that are not empty, by their number. A cell with `|` is the menu of the gap with its
    number; without any, the cells together are the menu of each gap. An answer that begins with `#` is a number.
    """
    answers = [part for part in _SEPARATORS.split(answer.strip()) if part]
    if len(pieces) - 1 != len(answers) or not answers:
        raise UnsupportedQuestion(
            _("Its text has %(gaps)d gaps (___) and its answer has %(answers)d parts.")
            % {"gaps": len(pieces) - 1, "answers": len(answers)}
        )
    own = {place: _split(cell) for place, cell in choices.items()}
    shared = list(choices.values()) if all(len(menu) < 2 for menu in own.values()) else []
    if not shared and (left := [place for place in own if place > len(answers) or answers[place - 1].startswith("#")]):
        raise UnsupportedQuestion(
            _("Its choice %(number)d is no menu: it has no such gap, or its answer is a number.") % {"number": left[0]}
        )
    return [
        _gap(f"blank-{place}", text, shared or own.get(place, []), tolerance) for place, text in enumerate(answers, 1)
    ]


def _gap(key: str, answer: str, menu: list[str], tolerance: str) -> Blank:
    if answer.startswith("#"):
        return Blank(key, extra=_number(answer, tolerance))
    right = _split(answer)
    if not menu:
        return Blank(key, unique_answers(right))
    if unknown := next((text for text in right if text not in menu), ""):
        raise UnsupportedQuestion(_("The answer “%(text)s” is none of its choices.") % {"text": unknown[:40]})
    return Blank(key, choices=gaps.menu([Part(text, correct=text in right) for text in menu]))


def _split(text: str) -> list[str]:
    return [part for part in _ALTERNATIVES.split(text.strip()) if part]


def _number(text: str, tolerance: str) -> dict[str, int | float]:
    """Return the value and the tolerance of a number such as `#2.5` or `#2.5:0.1`."""
    found = _NUMBER.fullmatch(text)
    given = (found["value"], found["tolerance"] or tolerance or "0") if found else (text, "0")
    try:
        value, around = map(number, given)
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("“%(text)s” is not a number.") % {"text": text[:40]}) from error
    if around < Decimal(0):
        raise UnsupportedQuestion(_("Its tolerance “%(text)s” is not a number.") % {"text": given[1][:40]})
    return {"value": plain_number(value), "tolerance": plain_number(around)}
