"""Owns what QTI's reading and writing agree on: identifiers, choices, pairs, mappings, tolerances."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.shape import (
    Blank,
    NotBrought,
    Pair,
    Part,
    Question,
    Wrong,
    clean,
    credit_of,
    is_key,
    number,
    plain_number,
    without_doubles,
)

TOOL = "Baeum"
_LEAD = re.compile(r"^(?:[LRDG]?_)")
Markdown = Callable[[Sequence[Node | str]], str]


def identifier(key: str, lead: str = "") -> str:
    """A key as QTI's identifiers may be: they begin with a letter or an underscore."""
    return f"{lead}_{key}" if lead or not key[:1].isalpha() else key


def key(identifier: str) -> str:
    """The same back."""
    return _LEAD.sub("", identifier)


def _own_key(identifier: str) -> str:
    found = key(identifier).lower()
    return found if is_key(found) else ""


def parts(interaction: Node, markdown: Markdown) -> list[Part]:
    return [
        Part(markdown(node.children), _own_key(node.attributes.get("identifier", "")))
        for node in interaction.elements("simpleChoice")
    ]


def credit(mapped: dict[str, Decimal], right: int, wrong: int) -> tuple[str | None, bool]:
    """The credit that a mapping means, whatever its whole is."""
    gains = [value for value in mapped.values() if value > 0]
    losses = [value for value in mapped.values() if value <= 0]
    whole = sum(gains)
    if not whole or len(gains) != right:
        return "all", False
    losses += [Decimal(0)] * (wrong - len(losses))
    return credit_of([100 * value / whole for value in gains], [100 * value / whole for value in losses])


def pairs(interaction: Node, correct: list[str], markdown: Markdown) -> list[Pair]:
    """The pairs of the right answer, then the right sides that belong to nothing."""
    sets = list(interaction.elements("simpleMatchSet"))
    if len(sets) != 2:
        raise NotBrought(_("It does not match two sets."))
    left, right = (
        {node.attributes.get("identifier", ""): node for node in side.elements("simpleAssociableChoice")}
        for side in sets
    )
    partner: dict[str, str] = {}
    for value in correct:
        ends = value.split()
        if len(ends) != 2 or ends[0] not in left or ends[1] not in right or ends[0] in partner:
            raise NotBrought(_("Its right pairs do not give each thing on the left one on the right."))
        partner[ends[0]] = ends[1]
    if set(partner) != set(left):
        raise NotBrought(_("Its right pairs do not give each thing on the left one on the right."))
    texts = {name: markdown(node.children) for name, node in right.items()}
    return [
        *(Pair(markdown(node.children), texts[partner[name]], _own_key(name)) for name, node in left.items()),
        *(Pair("", text, _own_key(name)) for name, text in texts.items() if name not in partner.values()),
    ]


def accepted(values: list[str], mapped: dict[str, Decimal], question: Question) -> list[str]:
    """The answers that earn everything."""
    top = max(mapped.values(), default=Decimal(0))
    if any(0 < value < top for value in mapped.values()):
        question.remarks.append(
            _("Some of its answers earn a part of the points there; here an answer is right or wrong.")
        )
    found = without_doubles([*values, *(text for text, value in mapped.items() if value == top and top > 0)])
    if not found:
        raise NotBrought(_("It does not say which answer is right."))
    return found


def known_wrong(processing: Node, feedbacks: dict[str, str]) -> list[Wrong]:
    """The answers that the processing compares with one by one, to say something to whoever gives them."""
    groups: dict[str, list[str]] = {}
    for place, condition in enumerate(processing.all("responseElseIf")):
        said = next(
            (
                key(node.text("baseValue").strip())
                for node in condition.elements("setOutcomeValue")
                if node.attributes.get("identifier") == "FEEDBACK"
            ),
            f"#{place}",
        )
        texts = [clean(node.text("baseValue")) for node in condition.all("stringMatch")]
        if texts:
            groups.setdefault(said, []).extend(texts)
    return [Wrong(without_doubles(texts), feedbacks.get(said, "")) for said, texts in groups.items()]


def number_of(value: str, processing: Node) -> dict[str, Any]:
    """Value and tolerance."""
    try:
        right = number(value)
        tolerance = Decimal(0)
        for node in processing.all("equal"):
            both = [number(text) for text in node.attributes.get("tolerance", "").split()]
            mode = node.attributes.get("toleranceMode", "exact")
            if mode == "exact" or not both:
                continue
            if len(set(both)) > 1:
                raise NotBrought(_("It allows more on one side of its value than on the other."))
            tolerance = both[0] if mode == "absolute" else abs(right) * both[0] / 100
        return {"value": plain_number(right), "tolerance": plain_number(tolerance)}
    except InvalidOperation as error:
        raise NotBrought(_("“%(text)s” is no number.") % {"text": value[:40]}) from error


def blank(entry: Node, place: int, accept: list[str]) -> Blank:
    name = _own_key(entry.attributes.get("responseIdentifier", ""))
    return Blank(name if name not in ("", "response") else f"blank-{place}", accept)
