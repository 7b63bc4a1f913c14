"""Read the response declarations of a QTI item: the right response, and what each response earns."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.items.questions import UnsupportedQuestion
from exchange.items.values import number


def values(declaration: Node) -> list[str]:
    """Return the right response."""
    correct = declaration.first("correctResponse")
    return [node.text().strip() for node in correct.elements("value")] if correct is not None else []


def mapped(declaration: Node) -> dict[str, Decimal]:
    """Return {response: what it earns}. Raises UnsupportedQuestion."""
    found = {}
    for entry in declaration.all("mapEntry"):
        text = entry.attributes.get("mappedValue", "")
        try:
            found[entry.attributes.get("mapKey", "")] = number(text)
        except InvalidOperation as error:
            raise UnsupportedQuestion(_("“%(text)s” is not a number.") % {"text": text[:40]}) from error
    return found


def gains(declaration: Node) -> dict[str, Decimal]:
    """Return {response: what it earns} of those that earn something."""
    return {name: value for name, value in mapped(declaration).items() if value > 0}


def is_single(declaration: Node) -> bool:
    return declaration.attributes.get("cardinality", "single") == "single"


def is_number(declaration: Node) -> bool:
    return declaration.attributes.get("baseType", "string") in ("float", "integer")


def right(declaration: Node, *, by_map: bool) -> tuple[list[str], bool]:
    """Return the right responses, and whether those that the file calls right earn nothing or less than others.

    `by_map`: the score is that of the mapping. Then what earns most is right, whatever the file calls the right response.
    """
    said, earning = values(declaration), gains(declaration)
    top = max(earning.values(), default=Decimal(0))
    best = [name for name, value in earning.items() if value == top or not is_single(declaration)]
    if not said or not by_map or not best:
        return said or best, False
    agrees = set(map(_same, said)) <= set(map(_same, best))
    # Of a single response the file names one, also if several earn the same.
    return said if agrees and not is_single(declaration) else best, not agrees


def _same(text: str) -> object:
    """Return what is equal for responses that mean the same, such as 4 and 4.0."""
    try:
        return number(text)
    except InvalidOperation:
        return text.casefold()


def highest(declared: Mapping[str, Node]) -> dict[str, Decimal]:
    """Return {response: the highest score of its mapping}."""
    found = {}
    for name, declaration in declared.items():
        earned = gains(declaration).values()
        if not earned:
            continue
        worth = max(earned) if is_single(declaration) else sum(earned, Decimal(0))
        mapping = declaration.first("mapping") or Node("mapping")
        try:
            limit = number(mapping.attributes.get("upperBound", ""))
        except InvalidOperation:
            limit = worth
        found[name] = min(worth, limit) if limit > 0 else worth
    return found


def minds_case(declaration: Node) -> bool:
    """Return whether the mapping distinguishes upper and lower case."""
    return any(entry.attributes.get("caseSensitive", "") in ("true", "1") for entry in declaration.all("mapEntry"))
