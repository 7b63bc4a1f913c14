"""Read and write Moodle's embedded answers: {1:SHORTANSWER:=right~=also right} inside HTML."""

import re
from decimal import InvalidOperation
from html import escape, unescape

from django.utils.translation import gettext as _

from exchange.items import gaps, moodle_answers
from exchange.items.questions import Blank, Part, Question, UnsupportedQuestion
from exchange.items.values import clean, decimal_text, number, plain_number, unique_answers

_START = re.compile(r"\{(\d{0,6}):([A-Z_]{1,20}):")
_TYPED = frozenset({"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"})
_WITH_CASE = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
_MENUS = frozenset(
    {"MULTICHOICE", "MC", "MULTICHOICE_S", "MCS", "MULTICHOICE_V", "MCV", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_H", "MCH",
     "MULTICHOICE_HS", "MCHS"}
)  # fmt: skip
_NUMBERS = frozenset({"NUMERICAL", "NM"})
_TAG = re.compile(r"<[^<>]*>")
_WEIGHT = re.compile(r"(?:=|%(-?\d{1,3}(?:\.\d{1,7})?)%)")
# Signs that would end an answer or begin its feedback, with their entities.
_MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "}~#\\="})


def read(question: Question, html: str) -> str:
    """Make `question` a fill-in question with the gaps of `html`. Return the text with {{key}} in place of each gap.

    Raises UnsupportedQuestion.
    """
    question.kind = "fill_in"
    pieces, at, weights = [], 0, []
    while start := _START.search(html, at):
        end = _end(html, start.end())
        if end < 0:
            raise UnsupportedQuestion(_("A gap of its text is not closed."))
        key = f"blank-{len(question.blanks) + 1}"
        question.blanks.append(_gap(question, key, start[2], html[start.end() : end]))
        weights.append(int(start[1] or 1))
        pieces += [html[at : start.start()], f"{{{{{key}}}}}"]
        at = end + 1
    if not question.blanks:
        raise UnsupportedQuestion(_("Its text has no gap."))
    if len(set(weights)) > 1:
        question.remarks.append(_("Its gaps have different weights in the file. Here they count the same."))
    question.points = str(sum(weights))
    return "".join([*pieces, html[at:]])


def _gap(question: Question, key: str, kind: str, content: str) -> Blank:
    if kind in _TYPED:
        if kind in _WITH_CASE:
            gaps.remark(question, _("It is case-sensitive in the file. Here case never matters."))
        return Blank(key, _accepted(question, content))
    if kind in _MENUS:
        if not kind.endswith("S"):
            gaps.remark(question, moodle_answers.fixed_order())
        if kind.rstrip("S")[-1] in "VH":
            gaps.remark(question, _("The choices of a gap are buttons in the file. Here they are a menu."))
        if _TAG.search(content):
            gaps.remark(question, gaps.plain_choices())
        choices = [Part(text, correct=fraction >= 100) for text, fraction in _answers(question, content)]
        return Blank(key, choices=gaps.menu(choices, is_whole=not _TAG.search(content)))
    if kind in _NUMBERS:
        return Blank(key, extra=_number(_answers(question, content)))
    raise UnsupportedQuestion(_("It has a gap of the kind %(kind)s, which this site does not have.") % {"kind": kind})


def _number(answers: list[tuple[str, float]]) -> dict[str, int | float]:
    """Return the value and the tolerance of the only right number of a gap."""
    right = [text for text, fraction in answers if fraction >= 100]
    if len(right) != 1:
        raise UnsupportedQuestion(_("A numeric question must have exactly one right value."))
    value, _colon, tolerance = right[0].partition(":")
    try:
        return {"value": plain_number(number(value)), "tolerance": plain_number(abs(number(tolerance or "0")))}
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("“%(text)s” is not a number.") % {"text": right[0][:40]}) from error


def _end(html: str, at: int) -> int:
    """Return the position of the brace that closes a gap whose content begins at `at`, or -1 if there is none."""
    while at < len(html):
        if html[at] == "\\":
            at += 1
        elif html[at] == "}":
            return at
        at += 1
    return -1


def _answers(question: Question, text: str) -> list[tuple[str, float]]:
    """Return (answer, percentage) of the alternatives of a gap. Adds remarks on feedback and on parts of the points."""
    found = []
    # A mark may also stand before the first alternative.
    for alternative in re.split(r"(?<!\\)~", text.removeprefix("~")):
        answer, _mark, feedback = _split_feedback(alternative)
        weight = _WEIGHT.match(answer)
        fraction = 0.0 if weight is None else float(weight[1] or 100)
        answer = _plain(answer[weight.end() :] if weight else answer)
        if feedback.strip():
            gaps.remark(question, _("The feedback of single gaps is left out."))
        if 0 < fraction < 100:
            gaps.remark(
                question, _("In the file a gap gives part of its points for some answers. Here it is right or wrong.")
            )
        found.append((answer, fraction))
    return found


def _accepted(question: Question, text: str) -> list[str]:
    found = []
    for answer, fraction in _answers(question, text):
        if fraction >= 100 and "*" in answer.replace("\\*", ""):
            gaps.remark(
                question,
                _("“%(text)s” has a wild card. Wild cards are not supported.") % {"text": answer[:60]},
            )
        elif fraction >= 100:
            found.append(answer.replace("\\*", "*"))
    accepted = unique_answers(found)
    if not accepted:
        raise UnsupportedQuestion(_("It has no accepted answer without a wild card."))
    return accepted


def _split_feedback(alternative: str) -> tuple[str, str, str]:
    """Return (answer, "#" or "", feedback). The separator is a # that is neither escaped nor part of an entity."""
    found = re.search(r"(?<![\\&])#", alternative)
    return (alternative, "", "") if found is None else (alternative[: found.start()], "#", alternative[found.end() :])


def _plain(answer: str) -> str:
    return clean(unescape(re.sub(r"\\([}~#/\"'\\])", r"\1", _TAG.sub("", answer))))


def write(blank: Blank, weight: int, *, shuffle: bool) -> str:
    """Return a gap in Moodle's syntax."""
    if blank.choices:
        choices = "~".join(f"{_weight(part)}{_escaped(part.text)}" for part in blank.choices)
        return f"{{{weight}:MULTICHOICE{'_S' if shuffle else ''}:{choices}}}"
    if blank.extra:
        tolerance = decimal_text(blank.extra.get("tolerance", 0))
        return f"{{{weight}:NUMERICAL:={decimal_text(blank.extra['value'])}:{tolerance}}}"
    answers = "~".join(f"={_written(answer)}" for answer in blank.accept)
    return f"{{{weight}:SHORTANSWER:{answers}}}"


def _weight(part: Part) -> str:
    """Return the weight of a choice. A wrong one has one only if its text would be taken for it."""
    return "=" if part.correct else "%0%" if part.text.startswith("%") else ""


def _written(answer: str) -> str:
    # An unescaped star would be a wild card. & is escaped first, so that the entities of _MARKS stay intact.
    return _escaped(answer.replace("*", "\\*"))


def _escaped(answer: str) -> str:
    plain = escape(answer, quote=False)
    return "".join(
        piece if piece.startswith(("&", "\\*")) else piece.translate(_MARKS)
        for piece in re.split(r"(&[a-z]+;|\\\*)", plain)
    )
