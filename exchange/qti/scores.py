"""Read what the response processing of a QTI item says about its score: its maximum, a range of numbers, and what is not read."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.items.questions import UnsupportedQuestion
from exchange.items.values import number

_TEMPLATES = frozenset({"", "match_correct", "map_response", "match_correct.xml", "map_response.xml"})
# The elements whose meaning the readers know.
_KNOWN = frozenset(
    ["responseProcessing", "responseCondition", "responseIf", "responseElseIf", "responseElse", "setOutcomeValue",
     "responseProcessingFragment", "exitResponse", "and", "or", "not", "isNull", "match", "stringMatch", "equal", "gt",
     "gte", "lt", "lte", "mapResponse", "variable", "correct", "default", "baseValue", "sum", "divide", "index", "null"]
)  # fmt: skip
# Operators that make one value of several responses, or compare one with the others.
_TOGETHER = frozenset(
    {"multiple", "ordered", "containerSize", "contains", "member", "delete", "unique", "repeat", "anyN"}
)
_COMPARED = frozenset({"match", "equal", "stringMatch", "equalRounded", "durationGTE", "durationLT"})
_MIRRORED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}


def uses_map(processing: Node) -> bool:
    """Return whether the score is that of a mapping."""
    return _template(processing).startswith("map_response") or any(True for _node in processing.all("mapResponse"))


def minds_case(processing: Node, response: str) -> bool:
    """Return whether the score depends on upper and lower case: `match` compares texts sign by sign."""
    if _template(processing).startswith("match_correct"):
        return True
    compared = [
        node
        for node in processing.all("match", "stringMatch")
        if node.name == "match" or node.attributes.get("caseSensitive", "") in ("true", "1")
    ]
    return any(side.attributes.get("identifier") == response for node in compared for side in node.elements("variable"))


def excludes_bounds(processing: Node) -> bool:
    """Return whether a number at the end of a tolerance is wrong."""
    names = ("includeLowerBound", "includeUpperBound")
    return any(node.attributes.get(name, "") in ("false", "0") for node in processing.all("equal") for name in names)


def _template(processing: Node) -> str:
    return processing.attributes.get("template", "").rpartition("/")[2]


def unread(processing: Node) -> list[str]:
    """Return the names of the templates and operators that decide the score and whose meaning is not read."""
    found = [] if _template(processing) in _TEMPLATES else [_template(processing)]
    found += [node.name for node in _scoring(processing) if node.name not in _KNOWN]
    return list(dict.fromkeys(found))


def _scoring(processing: Node) -> Iterator[Node]:
    """Yield the elements of the rules, without those that only choose a feedback."""
    for rule in processing.elements():
        outcomes = {node.attributes.get("identifier") for node in rule.all("setOutcomeValue")}
        if (
            rule.name != "setOutcomeValue"
            or not outcomes
            or not all("FEEDBACK" in str(name).upper() for name in outcomes)
        ):
            yield from rule.walk()


def check_alone(processing: Node) -> None:
    """Raise UnsupportedQuestion if the responses of an item with several gaps are graded together."""
    for node in _scoring(processing):
        variables = [child for child in node.elements("variable") if child.attributes.get("identifier") != "SCORE"]
        if node.name in _TOGETHER or (node.name in _COMPARED and len(variables) > 1):
            raise UnsupportedQuestion(
                _("Its gaps are graded together, for example each answer only once. Here each gap is graded by itself.")
            )


def maximum(processing: Node, mapped: Mapping[str, Decimal]) -> Decimal | None:
    """Return the highest score, or None if it cannot be told. `mapped` is {response: highest score of its mapping}."""
    if _template(processing).startswith("map_response"):
        return sum(mapped.values(), Decimal(0)) or None
    total, best = Decimal(0), Decimal(0)
    for node in processing.all("setOutcomeValue"):
        if node.attributes.get("identifier") != "SCORE":
            continue
        inside = {child.name for child in node.walk()} - {"setOutcomeValue"}
        if inside - {"baseValue", "mapResponse", "sum", "variable"}:
            return None
        worth = sum((_constant(child) for child in node.all("baseValue")), Decimal(0))
        worth += sum(
            (mapped.get(child.attributes.get("identifier", ""), Decimal(0)) for child in node.all("mapResponse")),
            Decimal(0),
        )
        if "variable" in inside:
            total += max(worth, Decimal(0))
        else:
            best = max(best, worth)
    return total + best or None


def constants(processing: Node) -> set[Decimal]:
    """Return the different positive scores that rules set directly."""
    found = {
        _constant(node.first("baseValue"))
        for node in processing.all("setOutcomeValue")
        if node.attributes.get("identifier") == "SCORE" and node.first("baseValue") is not None
    }
    return {worth for worth in found if worth > 0}


def added(processing: Node) -> set[Decimal]:
    """Return the different positive scores that rules set or add to the score."""
    found = {
        _constant(value)
        for node in processing.all("setOutcomeValue")
        if node.attributes.get("identifier") == "SCORE"
        for inside in (node, *node.elements("sum"))
        for value in inside.elements("baseValue")
    }
    return {worth for worth in found if worth > 0}


def _constant(node: Node | None) -> Decimal:
    try:
        return number(node.text()) if node is not None else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def interval(processing: Node, response: str) -> tuple[Decimal, Decimal, bool] | None:
    """Return (least, most, whether both are right) if a number is right within these bounds, None if nothing is said of bounds.

    Raises UnsupportedQuestion if there are bounds that this site cannot express.
    """
    # Once for the points and once for the feedback, for example.
    bounds = {
        bound for node in processing.all("gt", "gte", "lt", "lte") if (bound := _bound(node, response)) is not None
    }
    if not bounds:
        return None
    least = [(value, name) for name, value in bounds if name in ("gt", "gte")]
    most = [(value, name) for name, value in bounds if name in ("lt", "lte")]
    if len(least) != 1 or len(most) != 1 or least[0][0] > most[0][0]:
        raise UnsupportedQuestion(_("Its score depends on other ranges of numbers than one with two bounds."))
    return least[0][0], most[0][0], least[0][1] == "gte" and most[0][1] == "lte"


def _bound(node: Node, response: str) -> tuple[str, Decimal] | None:
    """Return (operator, number) of a comparison of the response with a number, None for any other. Raises UnsupportedQuestion."""
    sides = list(node.elements())
    names = [side.attributes.get("identifier") if side.name == "variable" else None for side in sides]
    if len(sides) != 2 or response not in names:
        return None
    other = sides[1 - names.index(response)]
    try:
        return (_MIRRORED[node.name] if names[1] == response else node.name), number(other.text())
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("The bounds of its right numbers are computed; here they are fixed.")) from error
