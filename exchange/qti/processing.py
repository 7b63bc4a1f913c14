"""Build the response declarations of a QTI item, and the response processing that sets SCORE (0 to 1) and FEEDBACK."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from common.markup.plain_xml import Node
from exchange.items.questions import Blank, Question
from exchange.items.values import decimal_text
from exchange.qti.items import identifier


@dataclass(slots=True)
class Parts:
    """The parts of an item other than its text."""

    declarations: list[Node] = field(default_factory=list)
    body: Sequence[Node | str] = ()
    rules: list[Node] = field(default_factory=list)
    # {identifier: Markdown}
    feedback: dict[str, str] = field(default_factory=dict)
    cardinality: str = "single"
    body_is_text: bool = False


def outcome(name: str, base: str, cardinality: str = "single") -> Node:
    attributes = {"identifier": name, "cardinality": cardinality, "baseType": base}
    if name != "SCORE":
        return Node("outcomeDeclaration", attributes)
    zero = Node("defaultValue", {}, [Node("value", {}, ["0"])])
    return Node("outcomeDeclaration", attributes, [zero])


def declare(
    name: str,
    base: str,
    values: Sequence[str],
    mapped: Mapping[str, int] | None = None,
    *,
    most: int = 1,
    **more: str,
) -> Node:
    """Return a response declaration with the correct values and the score of each mapped answer.

    The scores are whole numbers, and their sum is at most `most`: shares such as 1/3 would not add up to 1.
    """
    inside: list[Node | str] = []
    if values:
        inside.append(Node("correctResponse", {}, [Node("value", {}, [value]) for value in values]))
    if mapped:
        case = {"caseSensitive": "false"} if base == "string" else {}
        entries: list[Node | str] = [
            Node("mapEntry", {"mapKey": key, "mappedValue": str(value), **case}) for key, value in mapped.items()
        ]
        inside.append(Node("mapping", {"lowerBound": "0", "upperBound": str(most), "defaultValue": "0"}, entries))
    return Node("responseDeclaration", {"identifier": name, "cardinality": "single", "baseType": base, **more}, inside)


def value(base: str, text: str) -> Node:
    return Node("baseValue", {"baseType": base}, [text])


def variable(name: str) -> Node:
    return Node("variable", {"identifier": name})


def set_outcome(name: str, expression: Node) -> Node:
    return Node("setOutcomeValue", {"identifier": name}, [expression])


def condition(*branches: tuple[Node | None, list[Node]]) -> Node:
    """Return a condition with the branches if, else if, …. A branch without an expression is the else."""
    found: list[Node | str] = []
    for place, (expression, actions) in enumerate(branches):
        name = "responseElse" if expression is None else "responseElseIf" if place else "responseIf"
        found.append(Node(name, {}, [*([] if expression is None else [expression]), *actions]))
    return Node("responseCondition", {}, found)


def without_feedback(rule: Node) -> Node | None:
    """Return the rule without the actions that set FEEDBACK, or None if nothing is left. For items without feedback."""
    if rule.name == "setOutcomeValue":
        return None if rule.attributes["identifier"] == "FEEDBACK" else rule
    if rule.name != "responseCondition":
        return rule
    branches: list[Node | str] = []
    for branch in rule.elements():
        kept = [
            child
            for child in branch.elements()
            if child.name != "setOutcomeValue" or child.attributes["identifier"] != "FEEDBACK"
        ]
        if any(child.name == "setOutcomeValue" for child in kept):
            branches.append(Node(branch.name, {}, list(kept)))
    return Node("responseCondition", {}, branches) if branches else None


def _set_score(worth: str) -> Node:
    return set_outcome("SCORE", value("float", worth))


def _set_feedback(name: str) -> Node:
    return set_outcome("FEEDBACK", value("identifier", name))


def _right_or_wrong(expression: Node) -> Node:
    return condition(
        (expression, [_set_score("1"), _set_feedback("correct")]), (None, [_set_score("0"), _set_feedback("incorrect")])
    )


def _is_correct(name: str = "RESPONSE") -> Node:
    return Node("match", {}, [variable(name), Node("correct", {"identifier": name})])


def _answered(name: str = "RESPONSE") -> Node:
    return Node("not", {}, [_is_empty(name)])


def _is_empty(name: str) -> Node:
    return Node("isNull", {}, [variable(name)])


def _mapped_score(name: str = "RESPONSE") -> Node:
    return Node("mapResponse", {"identifier": name})


def _set_share(score: Node, most: int) -> Node:
    """Set SCORE to the share of the highest score."""
    return set_outcome("SCORE", Node("divide", {}, [score, value("float", str(most))]))


def _add(score: Node) -> Node:
    return set_outcome("SCORE", Node("sum", {}, [variable("SCORE"), score]))


def _is_accepted(name: str) -> Node:
    return Node("gt", {}, [Node("mapResponse", {"identifier": name}), value("float", "0")])


def _overall_feedback(question: Question) -> dict[str, str]:
    return {"correct": question.correct_feedback or "", "incorrect": question.incorrect_feedback or ""}


def choices(question: Question, interaction: Node) -> Parts:
    right = [identifier(part.key) for part in question.parts if part.correct]
    wrong = [identifier(part.key) for part in question.parts if not part.correct]
    single = question.kind == "single_choice"
    partial = question.credit == "partial" and not single
    gain, loss = len(wrong) or 1, -len(right)
    most = gain * len(right)
    mapped = {**dict.fromkeys(right, gain), **dict.fromkeys(wrong, loss)} if partial else None
    cardinality = "single" if single else "multiple"
    declared = declare("RESPONSE", "identifier", right, mapped, most=most, cardinality=cardinality)
    scoring = (
        # Some systems cannot map a response that is empty.
        condition((_answered(), [_set_share(_mapped_score(), most)]))
        if partial
        else condition((_is_correct(), [_set_score("1")]), (None, [_set_score("0")]))
    )
    return Parts(
        [declared],
        [interaction],
        [scoring, set_outcome("FEEDBACK", variable("RESPONSE"))],
        {identifier(part.key): part.feedback for part in question.parts},
        cardinality,
    )


def ordering(question: Question, interaction: Node) -> Parts:
    order = [identifier(part.key) for part in question.parts]
    declared = declare("RESPONSE", "identifier", order, cardinality="ordered")
    if question.credit != "partial":
        return Parts([declared], [interaction], [_right_or_wrong(_is_correct())], _overall_feedback(question))
    # Some systems do not know the correct order place by place, so the identifiers are written out.
    rules = [
        condition(
            (
                Node(
                    "match",
                    {},
                    [
                        Node("index", {"n": str(place)}, [variable("RESPONSE")]),
                        value("identifier", name),
                    ],
                ),
                [_add(value("float", "1"))],
            )
        )
        for place, name in enumerate(order, 1)
    ]
    rules.append(_set_share(variable("SCORE"), len(order)))
    feedback_rule = condition((_is_correct(), [_set_feedback("correct")]), (None, [_set_feedback("incorrect")]))
    return Parts([declared], [interaction], [*rules, feedback_rule], _overall_feedback(question))


def matching(question: Question, interaction: Node) -> Parts:
    right = [f"{identifier(pair.key, 'L')} {identifier(pair.key, 'R')}" for pair in question.pairs if pair.left]
    partial = question.credit == "partial"
    mapped = dict.fromkeys(right, 1) if partial else None
    declared = declare("RESPONSE", "directedPair", right, mapped, most=len(right), cardinality="multiple")
    if not partial:
        return Parts([declared], [interaction], [_right_or_wrong(_is_correct())], _overall_feedback(question))
    scoring = condition((_answered(), [_set_share(_mapped_score(), len(right))]))
    feedback_rule = condition((_is_correct(), [_set_feedback("correct")]), (None, [_set_feedback("incorrect")]))
    return Parts([declared], [interaction], [scoring, feedback_rule], _overall_feedback(question))


def typed(question: Question, entry: Node) -> Parts:
    declared = declare("RESPONSE", "string", question.accept[:1], dict.fromkeys(question.accept, 1))
    feedback = _overall_feedback(question)
    branches: list[tuple[Node | None, list[Node]]] = [
        (_is_empty("RESPONSE"), [_set_score("0"), _set_feedback("incorrect")]),
        (_is_accepted("RESPONSE"), [_set_score("1"), _set_feedback("correct")]),
    ]
    for place, group in enumerate(question.wrong, 1):
        name = f"wrong-{place}"
        feedback[name] = group.feedback
        compared = [
            Node("stringMatch", {"caseSensitive": "false"}, [variable("RESPONSE"), value("string", text)])
            for text in group.answers
        ]
        branches.append((Node("or", {}, list(compared)), [_set_score("0"), _set_feedback(name)]))
    branches.append((None, [_set_score("0"), _set_feedback("incorrect")]))
    return Parts([declared], [entry], [condition(*branches)], feedback)


def number(question: Question, entry: Node) -> Parts:
    declared = declare("RESPONSE", "float", [decimal_text(question.extra["value"])])
    compared = _is_within("RESPONSE", question.extra)
    # Some systems compare an empty response as if it were 0.
    wrong = [_set_score("0"), _set_feedback("incorrect")]
    rule = condition(
        (_is_empty("RESPONSE"), wrong), (compared, [_set_score("1"), _set_feedback("correct")]), (None, wrong)
    )
    return Parts([declared], [entry], [rule], _overall_feedback(question))


def _is_within(name: str, extra: Mapping[str, Any]) -> Node:
    """Return whether a response is within the tolerance of a number."""
    tolerance = Decimal(str(extra.get("tolerance", 0)))
    if tolerance:
        # Some systems ignore the tolerance of `equal`.
        bounds = {"gte": Decimal(str(extra["value"])) - tolerance, "lte": Decimal(str(extra["value"])) + tolerance}
        compared = [
            Node(operator, {}, [variable(name), value("float", decimal_text(bound))])
            for operator, bound in bounds.items()
        ]
        return Node("and", {}, [*compared])
    return Node("equal", {"toleranceMode": "exact"}, [variable(name), Node("correct", {"identifier": name})])


def _declare_gap(name: str, blank: Blank) -> Node:
    if blank.extra:
        return declare(name, "float", [decimal_text(blank.extra["value"])])
    right = [identifier(part.key) for part in blank.choices if part.correct] or blank.accept
    return declare(name, "identifier" if blank.choices else "string", right[:1], dict.fromkeys(right, 1))


def gaps(question: Question, body: list[Node | str]) -> Parts:
    names = [identifier(blank.key, "G") for blank in question.blanks]
    declared = [_declare_gap(name, blank) for name, blank in zip(names, question.blanks, strict=True)]
    is_right = [
        _is_within(name, blank.extra) if blank.extra else _is_accepted(name)
        for name, blank in zip(names, question.blanks, strict=True)
    ]
    some_empty = Node("or", {}, [_is_empty(name) for name in names])
    all_right = Node("and", {}, [*is_right])
    if question.credit != "partial":
        wrong = [_set_score("0"), _set_feedback("incorrect")]
        rules = [
            condition((some_empty, wrong), (all_right, [_set_score("1"), _set_feedback("correct")]), (None, wrong))
        ]
    else:
        rules = [
            condition((_is_empty(name), [_add(value("float", "0"))]), (right, [_add(value("float", "1"))]))
            if blank.extra
            else condition((_answered(name), [_add(_mapped_score(name))]))
            for name, blank, right in zip(names, question.blanks, is_right, strict=True)
        ]
        rules.append(_set_share(variable("SCORE"), len(names)))
        wrong = [_set_feedback("incorrect")]
        rules.append(condition((some_empty, wrong), (all_right, [_set_feedback("correct")]), (None, wrong)))
    return Parts(declared, body, rules, _overall_feedback(question), body_is_text=True)


def with_gaps(nodes: Sequence[Node | str], entries: Mapping[str, Node]) -> list[Node | str]:
    """Return the nodes of a text with each key of `entries` (a gap such as {{key}}) replaced by its element."""
    found: list[Node | str] = []
    pattern = re.compile("(" + "|".join(map(re.escape, entries)) + ")")
    for node in nodes:
        if isinstance(node, str):
            found += [entries.get(piece, piece) for piece in pattern.split(node) if piece]
        else:
            found.append(Node(node.name, node.attributes, with_gaps(node.children, entries)))
    return found


def hand_in(question: Question, rubric: list[Node]) -> Parts:
    extra = question.extra
    declared: list[Node] = []
    body: list[Node | str] = [*rubric]
    if extra.get("text", True):
        declared.append(declare("RESPONSE", "string", []))
        body.append(Node("extendedTextInteraction", {"responseIdentifier": "RESPONSE"}))
    for place in range(1, extra.get("files", {"max": 0})["max"] + 1):
        declared.append(declare(f"FILE_{place}", "file", []))
        body.append(Node("uploadInteraction", {"responseIdentifier": f"FILE_{place}"}))
    return Parts(declared, body, [], _overall_feedback(question))
