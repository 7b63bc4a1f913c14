"""Read and write Moodle's embedded answers: {1:SHORTANSWER:=right~=also right} inside HTML."""

import re
from html import escape, unescape

from django.utils.translation import gettext as _

from exchange.questions import Blank, Question, UnsupportedQuestion
from exchange.values import clean, unique_answers

_START = re.compile(r"\{(\d{0,6}):([A-Z_]{1,20}):")
_TYPED = frozenset({"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"})
_WITH_CASE = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
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
        if start[2] not in _TYPED:
            raise UnsupportedQuestion(
                _("It has a gap of the kind %(kind)s; here gaps are filled by typing.") % {"kind": start[2]}
            )
        if start[2] in _WITH_CASE:
            _remark(question, _("It is case-sensitive in the file. Here case never matters."))
        key = f"blank-{len(question.blanks) + 1}"
        question.blanks.append(Blank(key, _accepted(question, html[start.end() : end])))
        weights.append(int(start[1] or 1))
        pieces += [html[at : start.start()], f"{{{{{key}}}}}"]
        at = end + 1
    if not question.blanks:
        raise UnsupportedQuestion(_("Its text has no gap."))
    if len(set(weights)) > 1:
        question.remarks.append(_("Its gaps have different weights in the file. Here they count the same."))
    question.points = str(sum(weights))
    return "".join([*pieces, html[at:]])


def _end(html: str, at: int) -> int:
    """Return the position of the brace that closes a gap whose content begins at `at`, or -1 if there is none."""
    while at < len(html):
        if html[at] == "\\":
            at += 1
        elif html[at] == "}":
            return at
        at += 1
    return -1


def _accepted(question: Question, text: str) -> list[str]:
    found = []
    for alternative in re.split(r"(?<!\\)~", text):
        answer, _mark, feedback = _split_feedback(alternative)
        weight = _WEIGHT.match(answer)
        fraction = 0.0 if weight is None else float(weight[1] or 100)
        answer = _plain(answer[weight.end() :] if weight else answer)
        if feedback.strip():
            _remark(question, _("The feedback of single gaps is left out."))
        if fraction >= 100 and "*" in answer.replace("\\*", ""):
            _remark(
                question,
                _("“%(text)s” has a wild card. Wild cards are not supported.") % {"text": answer[:60]},
            )
        elif fraction >= 100:
            found.append(answer.replace("\\*", "*"))
        elif fraction > 0:
            _remark(
                question, _("In the file a gap gives part of its points for some answers. Here it is right or wrong.")
            )
    accepted = unique_answers(found)
    if not accepted:
        raise UnsupportedQuestion(_("It has no accepted answer without a wild card."))
    return accepted


def _split_feedback(alternative: str) -> tuple[str, str, str]:
    """Return (answer, "#" or "", feedback). The separator is a # that is neither escaped nor part of an entity."""
    found = re.search(r"(?<![\\&])#", alternative)
    return (alternative, "", "") if found is None else (alternative[: found.start()], "#", alternative[found.end() :])


def _plain(answer: str) -> str:
    return clean(unescape(re.sub(r"\\([}~#/\"'\\])", r"\1", re.sub(r"<[^<>]*>", "", answer))))


def _remark(question: Question, remark: str) -> None:
    if remark not in question.remarks:
        question.remarks.append(remark)


def write(accept: list[str], weight: int) -> str:
    """Return a gap in Moodle's syntax."""
    answers = "~".join(f"={_written(answer)}" for answer in accept)
    return f"{{{weight}:SHORTANSWER:{answers}}}"


def _written(answer: str) -> str:
    # An unescaped star would be a wild card. & is escaped first, so that the entities of _MARKS stay intact.
    plain = escape(answer, quote=False).replace("*", "\\*")
    return "".join(
        piece if piece.startswith(("&", "\\*")) else piece.translate(_MARKS)
        for piece in re.split(r"(&[a-z]+;|\\\*)", plain)
    )
