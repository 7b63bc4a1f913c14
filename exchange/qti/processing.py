"""Build the response declarations of a QTI item, and the response processing that sets SCORE (0 to 1) and FEEDBACK."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.markup.plain_xml import Node
from exchange.qti.items import identifier
from exchange.questions import Question
from exchange.values import decimal_text


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
    name: str, base: str, values: Sequence[str], mapped: Mapping[str, float] | None = None, **more: str
) -> Node:
    """Return a response declaration with the correct values and the score of each mapped answer."""
    inside: list[Node | str] = []
    if values:
        inside.append(Node("correctResponse", {}, [Node("value", {}, [value]) for value in values]))
    if mapped:
        case = {"caseSensitive": "false"} if base == "string" else {}
        entries: list[Node | str] = [
            Node("mapEntry", {"mapKey": key, "mappedValue": _share(value), **case}) for key, value in mapped.items()
        ]
        inside.append(Node("mapping", {"lowerBound": "0", "upperBound": "1", "defaultValue": "0"}, entries))
    return Node("responseDeclaration", {"identifier": name, "cardinality": "single", "baseType": base, **more}, inside)


def _share(value: float) -> str:
    return decimal_text(f"{value:.10g}")


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


def _is_accepted(name: str) -> Node:
    return Node("gt", {}, [Node("mapResponse", {"identifier": name}), value("float", "0")])


def _overall_feedback(question: Question) -> dict[str, str]:
    return {"correct": question.correct_feedback or "", "incorrect": question.incorrect_feedback or ""}


def choices(question: Question, interaction: Node) -> Parts:
    right = [identifier(part.key) for part in question.parts if part.correct]
    wrong = [identifier(part.key) for part in question.parts if not part.correct]
    single = question.kind == "single_choice"
    partial = question.credit == "partial" and not single
    mapped = {name: 1 / len(right) for name in right} | {name: -1 / len(wrong) for name in wrong} if partial else None
    cardinality = "single" if single else "multiple"
    declared = declare("RESPONSE", "identifier", right, mapped, cardinality=cardinality)
    scoring = (
        set_outcome("SCORE", Node("mapResponse", {"identifier": "RESPONSE"}))
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
    share = _share(1 / len(order))
    rules = [
        condition(
            (
                Node(
                    "match",
                    {},
                    [
                        Node("index", {"n": str(place)}, [variable("RESPONSE")]),
                        Node("index", {"n": str(place)}, [Node("correct", {"identifier": "RESPONSE"})]),
                    ],
                ),
                [set_outcome("SCORE", Node("sum", {}, [variable("SCORE"), value("float", share)]))],
            )
        )
        for place in range(1, len(order) + 1)
    ]
    feedback_rule = condition((_is_correct(), [_set_feedback("correct")]), (None, [_set_feedback("incorrect")]))
    return Parts([declared], [interaction], [*rules, feedback_rule], _overall_feedback(question))


def matching(question: Question, interaction: Node) -> Parts:
    right = [f"{identifier(pair.key, 'L')} {identifier(pair.key, 'R')}" for pair in question.pairs if pair.left]
    partial = question.credit == "partial"
    mapped = dict.fromkeys(right, 1 / len(right)) if partial else None
    declared = declare("RESPONSE", "directedPair", right, mapped, cardinality="multiple")
    if not partial:
        return Parts([declared], [interaction], [_right_or_wrong(_is_correct())], _overall_feedback(question))
    scoring = set_outcome("SCORE", Node("mapResponse", {"identifier": "RESPONSE"}))
    feedback_rule = condition((_is_correct(), [_set_feedback("correct")]), (None, [_set_feedback("incorrect")]))
    return Parts([declared], [interaction], [scoring, feedback_rule], _overall_feedback(question))


def typed(question: Question, entry: Node) -> Parts:
    declared = declare("RESPONSE", "string", question.accept[:1], dict.fromkeys(question.accept, 1.0))
    feedback = _overall_feedback(question)
    branches: list[tuple[Node | None, list[Node]]] = [
        (_is_accepted("RESPONSE"), [_set_score("1"), _set_feedback("correct")])
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
    extra = question.extra
    declared = declare("RESPONSE", "float", [decimal_text(extra["value"])])
    tolerance = decimal_text(extra.get("tolerance", 0))
    mode = (
        {"toleranceMode": "exact"}
        if tolerance == "0"
        else {"toleranceMode": "absolute", "tolerance": f"{tolerance} {tolerance}"}
    )
    compared = Node("equal", mode, [variable("RESPONSE"), Node("correct", {"identifier": "RESPONSE"})])
    return Parts([declared], [entry], [_right_or_wrong(compared)], _overall_feedback(question))


def gaps(question: Question, body: list[Node | str]) -> Parts:
    share = 1 / len(question.blanks)
    names = [identifier(blank.key, "G") for blank in question.blanks]
    declared = [
        declare(name, "string", blank.accept[:1], dict.fromkeys(blank.accept, share))
        for name, blank in zip(names, question.blanks, strict=True)
    ]
    all_right = Node("and", {}, [_is_accepted(name) for name in names])
    if question.credit != "partial":
        rules = [_right_or_wrong(all_right)]
    else:
        earned = Node("sum", {}, [Node("mapResponse", {"identifier": name}) for name in names])
        rules = [
            set_outcome("SCORE", earned),
            condition((all_right, [_set_feedback("correct")]), (None, [_set_feedback("incorrect")])),
        ]
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
