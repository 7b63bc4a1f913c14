"""Parse the parts of a QTI item: identifiers, choices, pairs, mappings, tolerances."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.items.questions import Blank, Pair, Part, Question, UnsupportedQuestion, WrongAnswers
from exchange.items.values import clean, find_credit, is_key, number, plain_number, unique_answers

TOOL = "Baeum"
_LEAD = re.compile(r"^(?:[LRDG]?_)")
Markdown = Callable[[Sequence[Node | str]], str]


def identifier(key: str, lead: str = "") -> str:
    """Return `key` as a QTI identifier, which begins with a letter or an underscore."""
    return f"{lead}_{key}" if lead or not key[:1].isalpha() else key


def key(identifier: str) -> str:
    """Return the key of an identifier that `identifier` made."""
    return _LEAD.sub("", identifier)


def own_key(identifier: str) -> str:
    found = key(identifier).lower()
    return found if is_key(found) else ""


def parts(interaction: Node, markdown: Markdown) -> list[Part]:
    return [
        Part(markdown(node.children), own_key(node.attributes.get("identifier", "")))
        for node in interaction.elements("simpleChoice")
    ]


def credit(mapped: dict[str, Decimal], right: int, wrong: int) -> tuple[str | None, bool]:
    """Return the kind of credit that the points of a mapping fit, and whether they fit exactly (see `find_credit`).

    The points are first converted to percentages: the sum of the positive points is 100 %.
    """
    gains = [value for value in mapped.values() if value > 0]
    losses = [value for value in mapped.values() if value <= 0]
    whole = sum(gains)
    if not whole or len(gains) != right:
        return "all", False
    losses += [Decimal(0)] * (wrong - len(losses))
    return find_credit([100 * value / whole for value in gains], [100 * value / whole for value in losses])


def pairs(interaction: Node, correct: list[str], markdown: Markdown, plain: Markdown) -> list[Pair]:
    """Return the pairs of the correct response, then the distractors. Raises UnsupportedQuestion.

    `plain` converts the right side, which is shown in a menu.
    """
    sets = list(interaction.elements("simpleMatchSet"))
    if len(sets) != 2:
        raise UnsupportedQuestion(_("It does not match two sets."))
    left, right = (
        {node.attributes.get("identifier", ""): node for node in side.elements("simpleAssociableChoice")}
        for side in sets
    )
    partner: dict[str, str] = {}
    for value in correct:
        ends = value.split()
        if len(ends) == 2 and ends[0] in partner:
            raise UnsupportedQuestion(_("One of its items has several right partners. Here each has one."))
        if len(ends) != 2 or ends[0] not in left or ends[1] not in right:
            raise UnsupportedQuestion(_("Its right pairs do not match each item on the left with one on the right."))
        partner[ends[0]] = ends[1]
    if set(partner) != set(left):
        raise UnsupportedQuestion(_("Its right pairs do not match each item on the left with one on the right."))
    texts = {name: plain(node.children) for name, node in right.items()}
    return [
        *(Pair(markdown(node.children), texts[partner[name]], own_key(name)) for name, node in left.items()),
        *(Pair("", text, own_key(name)) for name, text in texts.items() if name not in partner.values()),
    ]


def accepted(right: list[str], mapped: dict[str, Decimal], question: Question) -> list[str]:
    """Return the right answers. Raises UnsupportedQuestion if there are none.

    Adds a remark to `question` if some answers earn a part of the points.
    """
    top = max(mapped.values(), default=Decimal(0))
    if any(0 < value < top for value in mapped.values()):
        question.remarks.append(
            _("Some of its answers earn a part of the points in the file. Here an answer is right or wrong.")
        )
    found = unique_answers([*right, *(text for text, value in mapped.items() if value == top and top > 0)])
    if not found:
        raise UnsupportedQuestion(_("It does not say which answer is right."))
    return found


def known_wrong(processing: Node, feedbacks: dict[str, str]) -> list[WrongAnswers]:
    """Return the wrong answers by feedback: those that the response processing compares a response with to choose a feedback."""
    groups: dict[str, list[str]] = {}
    for place, condition in enumerate(processing.all("responseElseIf")):
        feedback = next(
            (
                key(node.text("baseValue").strip())
                for node in condition.elements("setOutcomeValue")
                if node.attributes.get("identifier") == "FEEDBACK"
            ),
            f"#{place}",
        )
        texts = [clean(node.text("baseValue")) for node in condition.all("stringMatch")]
        if texts:
            groups.setdefault(feedback, []).extend(texts)
    return [WrongAnswers(unique_answers(texts), feedbacks.get(feedback, "")) for feedback, texts in groups.items()]


def _compared(processing: Node, response: str) -> Iterator[Node]:
    """Yield the comparisons `equal`, but not those of other responses."""
    for node in processing.all("equal"):
        names = [side.attributes.get("identifier") for side in node.elements("variable")]
        if not names or response in names:
            yield node


def parse_number(
    value: str, processing: Node, response: str, bounds: tuple[Decimal, Decimal, bool] | None = None
) -> dict[str, Any]:
    """Return the value and the tolerance of a numeric question, for `Question.extra`. Raises UnsupportedQuestion.

    `bounds` are those of `scores.interval`. They decide what is right, whatever the correct response is.
    """
    try:
        if bounds is not None:
            least, most, _both = bounds
            return {"value": plain_number((least + most) / 2), "tolerance": plain_number((most - least) / 2)}
        right = number(value)
        tolerance = Decimal(0)
        for node in _compared(processing, response):
            both = [number(text) for text in node.attributes.get("tolerance", "").split()]
            mode = node.attributes.get("toleranceMode", "exact")
            if mode == "exact" or not both:
                continue
            if len(set(both)) > 1:
                raise UnsupportedQuestion(_("Its tolerance is not the same above and below its value."))
            tolerance = both[0] if mode == "absolute" else abs(right) * both[0] / 100
        return {"value": plain_number(right), "tolerance": plain_number(tolerance)}
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("“%(text)s” is not a number.") % {"text": value[:40]}) from error


def blank(entry: Node, place: int) -> Blank:
    """Return an empty gap with its key."""
    name = own_key(entry.attributes.get("responseIdentifier", ""))
    return Blank(name if name not in ("", "response") else f"blank-{place}")
