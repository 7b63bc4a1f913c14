"""Read questions from QTI 2.1: from a package or from one item. docs/question-exchange.md describes the mapping."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.files import Source, decode, read_xml
from exchange.html import conversion
from exchange.html.tree import TextTooLarge
from exchange.qti import items
from exchange.questions import (
    ParsedFile,
    Question,
    Skipped,
    UnsupportedQuestion,
    check_answers,
    check_questions,
)
from exchange.refusals import ExchangeError
from exchange.values import clean, decimal_text, number

_ITEM = re.compile(r"imsqti_(?:apip)?item_xmlv2p[012]\Z|imsqti_item")
_TEST = re.compile(r"imsqti_(?:test|assessment)")


def read(source: Source, *, language: str) -> ParsedFile:
    """Return the questions of a package or of one item, and the skipped questions with reasons. Raises ExchangeError."""
    parsed = ParsedFile("qti", notes=list(source.notes))
    root = source.root
    assert root is not None
    if root.name == "assessmentItem":
        _read_item(parsed, root, "", None)
        return parsed
    if root.name != "manifest" or not source.entries:
        raise ExchangeError(_("This file only lists its questions: upload the package (zip) that contains them."))
    weights = _weights(root, source)
    hrefs = [href for kind, href in _resources(root) if _ITEM.search(kind)]
    check_questions(len(set(hrefs)))
    # The questions have the order of the test. Items that are not in the test come last.
    order = {href: place for place, href in enumerate(weights)}
    for href in sorted(dict.fromkeys(hrefs), key=lambda href: order.get(href, len(order))):
        _read_entry(parsed, source, href, weights.get(href))
    return parsed


def _resources(manifest: Node) -> Iterator[tuple[str, str]]:
    for resource in manifest.all("resource"):
        href = posixpath.normpath(unquote(resource.attributes.get("href", "")))
        if href != ".":
            yield resource.attributes.get("type", ""), href


def _weights(manifest: Node, source: Source) -> dict[str, Decimal | None]:
    """Return {file of an item: its weight or None}, in the order of the package's tests."""
    weights: dict[str, Decimal | None] = {}
    for kind, href in _resources(manifest):
        if not _TEST.search(kind) or href not in source.entries:
            continue
        try:
            test = read_xml(decode(source.entries[href], []))
        except ExchangeError:
            continue
        for ref in test.all("assessmentItemRef"):
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(href), unquote(ref.attributes.get("href", "")))
            )
            weight = ref.first("weight")
            try:
                weights[target] = number(weight.attributes.get("value", "")) if weight is not None else None
            except InvalidOperation:
                weights[target] = None
    return weights


def _read_entry(parsed: ParsedFile, source: Source, href: str, weight: Decimal | None) -> None:
    content = source.entries.get(href)
    if content is None:
        parsed.skipped.append(Skipped(href, _("Its file is missing in the package.")))
        return
    try:
        root = read_xml(decode(content, []))
    except ExchangeError as refused:
        parsed.skipped.append(Skipped(href, refused.message))
        return
    _read_item(parsed, root, href, weight)


def _read_item(parsed: ParsedFile, root: Node, href: str, weight: Decimal | None) -> None:
    name = clean(items.key(root.attributes.get("identifier", "")) or root.attributes.get("identifier", "")) or href
    if root.name != "assessmentItem":
        parsed.skipped.append(Skipped(name, _("It is not an assessmentItem of QTI 2.1.")))
        return
    try:
        parsed.questions.append(_Item(root, name, weight).read())
    except UnsupportedQuestion as refused:
        parsed.skipped.append(Skipped(name, str(refused)))
    except TextTooLarge:
        parsed.skipped.append(Skipped(name, _("Its text is too long or nested too deeply.")))


class _Item:
    def __init__(self, root: Node, name: str, weight: Decimal | None) -> None:
        self.root = root
        self.weight = weight
        self.losses: list[str] = []
        self.body = root.first("itemBody") or Node("itemBody")
        self.processing = root.first("responseProcessing") or Node("responseProcessing")
        self.declared = {node.attributes.get("identifier", ""): node for node in root.elements("responseDeclaration")}
        self.feedbacks = self.read_feedbacks()
        self.question = Question(name, "", "")

    def read(self) -> Question:
        if self.root.attributes.get("adaptive", "").strip() == "true":
            raise UnsupportedQuestion(_("It is adaptive: it asks in several steps."))
        nodes = list(self.body.walk())
        check_answers(sum(node.name.endswith("Choice") for node in nodes))
        found = [node for node in nodes if node.name.endswith("Interaction")]
        if not found:
            raise UnsupportedQuestion(_("It is a text without a question."))
        names = {node.name for node in found}
        question = self.question
        if names <= {"extendedTextInteraction", "uploadInteraction"}:
            self.hand_in(found)
        elif names == {"textEntryInteraction"}:
            self.entries(found)
        elif len(found) == 1:
            self.one(found[0])
        else:
            raise UnsupportedQuestion(
                _("It has several interactions. Here each of them would be a question of its own.")
            )
        question.text = question.text or self.text()
        question.points = self.points()
        question.remarks += [_("Left out: %(what)s.") % {"what": loss} for loss in dict.fromkeys(self.losses)]
        return question

    def one(self, interaction: Node) -> None:
        readers = {
            "choiceInteraction": self.choices,
            "orderInteraction": self.ordering,
            "matchInteraction": self.matching,
        }
        if interaction.name not in readers:
            raise UnsupportedQuestion(
                _("This kind of question is not supported: %(kind)s.") % {"kind": interaction.name[:40]}
            )
        readers[interaction.name](interaction)

    def declaration(self, interaction: Node) -> Node:
        name = interaction.attributes.get("responseIdentifier", "")
        if name not in self.declared:
            raise UnsupportedQuestion(_("It does not declare its response."))
        return self.declared[name]

    def markdown(self, nodes: Sequence[Node | str]) -> str:
        return clean(conversion.from_nodes(_text_only(nodes, {}), self.losses))

    def text(self, marks: dict[int, str] | None = None) -> str:
        """Return the text of the item with its prompts. `marks` maps id(interaction) to the text that replaces it."""
        return clean(conversion.from_nodes(_text_only(self.body.children, marks or {}), self.losses))

    def read_feedbacks(self) -> dict[str, str]:
        """Return {identifier: Markdown} of all feedbacks."""
        return {
            items.key(node.attributes.get("identifier", "")): self.markdown(node.children)
            for node in (*self.root.elements("modalFeedback"), *self.body.all("feedbackInline", "feedbackBlock"))
        }

    def values(self, declaration: Node) -> list[str]:
        correct = declaration.first("correctResponse")
        return [node.text().strip() for node in correct.elements("value")] if correct is not None else []

    def mapped(self, declaration: Node) -> dict[str, Decimal]:
        found = {}
        for entry in declaration.all("mapEntry"):
            try:
                found[entry.attributes.get("mapKey", "")] = number(entry.attributes.get("mappedValue", ""))
            except InvalidOperation as error:
                raise UnsupportedQuestion(
                    _("“%(text)s” is not a number.") % {"text": entry.attributes.get("mappedValue", "")[:40]}
                ) from error
        return found

    def uses(self, *names: str) -> bool:
        """Return whether the response processing uses a template or an operator with one of these names."""
        template = self.processing.attributes.get("template", "").rpartition("/")[2]
        return template in names or any(True for _node in self.processing.all(*names))

    def points(self) -> str | None:
        """Return the points: the declared maximum score times the weight in the test. None if neither is given."""
        own: Decimal | None = None
        for outcome in self.root.elements("outcomeDeclaration"):
            name = outcome.attributes.get("identifier")
            maximum = outcome.attributes.get("normalMaximum", "") if name == "SCORE" else ""
            if name == "MAXSCORE":
                maximum = outcome.text("defaultValue", "value")
            try:
                own = number(maximum) if maximum.strip() else own
            except InvalidOperation:
                continue
        if own is None and self.weight is None:
            return None
        worth = (own if own is not None and own > 0 else Decimal(1)) * (self.weight if self.weight is not None else 1)
        return decimal_text(worth) if worth > 0 else None

    def choices(self, interaction: Node) -> None:
        declaration, question = self.declaration(interaction), self.question
        right, mapped = self.values(declaration), self.mapped(declaration)
        if not right:
            right = [name for name, value in mapped.items() if value > 0]
        single = declaration.attributes.get("cardinality", "single") == "single"
        question.kind = "single_choice" if single else "multiple_choice"
        question.parts = items.parts(interaction, self.markdown)
        for part, node in zip(question.parts, interaction.elements("simpleChoice"), strict=True):
            name = node.attributes.get("identifier", "")
            part.correct = name in right
            part.feedback = self.feedbacks.get(items.key(name), "")
        if single and sum(part.correct for part in question.parts) != 1:
            raise UnsupportedQuestion(_("A single choice question has exactly one correct choice."))
        if not single:
            question.credit = self.credit_of_choices(mapped, [part.correct for part in question.parts])

    def credit_of_choices(self, mapped: dict[str, Decimal], right: list[bool]) -> str | None:
        if not mapped or not self.uses("mapResponse", "map_response", "map_response.xml"):
            return "all"
        credit, exact = items.credit(mapped, sum(right), len(right) - sum(right))
        if not exact:
            self.question.remarks.append(
                _("Its percentages differ from this site's partial credit, so it is graded all or nothing.")
            )
        # If the numbers of a mapping fit both kinds of credit, it means partial credit.
        return credit or "partial"

    def ordering(self, interaction: Node) -> None:
        order = self.values(self.declaration(interaction))
        by_name = {
            node.attributes.get("identifier", ""): part
            for node, part in zip(
                interaction.elements("simpleChoice"), items.parts(interaction, self.markdown), strict=True
            )
        }
        if sorted(order) != sorted(by_name):
            raise UnsupportedQuestion(_("Its right order does not contain each of its items once."))
        self.question.kind = "ordering"
        self.question.credit = "partial" if self.uses("index") else "all"
        self.question.parts = [by_name[name] for name in order]
        self.read_overall_feedback()

    def matching(self, interaction: Node) -> None:
        declaration = self.declaration(interaction)
        self.question.kind = "matching"
        self.question.pairs = items.pairs(interaction, self.values(declaration), self.markdown)
        partial = self.mapped(declaration) and self.uses("mapResponse", "map_response", "map_response.xml")
        self.question.credit = "partial" if partial else "all"
        self.read_overall_feedback()

    def read_overall_feedback(self) -> None:
        self.question.correct_feedback = self.feedbacks.get("correct", "")
        self.question.incorrect_feedback = self.feedbacks.get("incorrect", "")

    def entries(self, found: list[Node]) -> None:
        types = {self.declaration(node).attributes.get("baseType", "string") for node in found}
        alone = len(found) == 1 and self.is_alone(found[0])
        if types <= {"float", "integer"} and len(found) == 1:
            self.number(found[0])
        elif types != {"string"}:
            raise UnsupportedQuestion(_("It mixes numbers and words in its gaps."))
        elif alone:
            self.typed(found[0])
        else:
            self.gaps(found)
        self.read_overall_feedback()

    def is_alone(self, entry: Node) -> bool:
        """Return whether the entry is below the text, not inside it. Items that this site wrote have their kind in `label`."""
        if self.root.attributes.get("toolName") == items.TOOL:
            return self.root.attributes.get("label") == "short_answer"
        return any(
            [child for child in node.children if not isinstance(child, str) or child.strip()] == [entry]
            for node in self.body.walk()
        )

    def accepted(self, declaration: Node) -> list[str]:
        return items.accepted(self.values(declaration), self.mapped(declaration), self.question)

    def typed(self, entry: Node) -> None:
        self.question.kind = "short_answer"
        self.question.accept = self.accepted(self.declaration(entry))
        self.question.wrong = items.known_wrong(self.processing, self.feedbacks)

    def number(self, entry: Node) -> None:
        values = self.values(self.declaration(entry))
        if len(values) != 1:
            raise UnsupportedQuestion(_("A numeric question must have exactly one right value."))
        self.question.kind = "numeric"
        self.question.extra = items.parse_number(values[0], self.processing)

    def gaps(self, found: list[Node]) -> None:
        self.question.kind = "fill_in"
        marks: dict[int, str] = {}
        for place, node in enumerate(found, 1):
            blank = items.blank(node, place, self.accepted(self.declaration(node)))
            self.question.blanks.append(blank)
            marks[id(node)] = f"{{{{{blank.key}}}}}"
        self.question.text = self.text(marks)
        self.question.credit = "all" if self.uses("and") and not self.uses("sum") else "partial"

    def hand_in(self, found: list[Node]) -> None:
        files = sum(node.name == "uploadInteraction" for node in found)
        if len(found) - files > 1:
            raise UnsupportedQuestion(_("It asks for several texts; a hand-in takes one."))
        notes = [node for node in self.body.elements("rubricBlock") if "scorer" in node.attributes.get("view", "")]
        self.question.kind = "hand_in"
        self.question.extra = {
            "text": len(found) > files,
            "files": {"max": min(files, 10)},
            "notes": self.markdown([child for node in notes for child in node.children]),
        }
        # If the file has no feedback, the stored feedback is kept.
        if "correct" in self.feedbacks or "incorrect" in self.feedbacks:
            self.read_overall_feedback()


def _text_only(nodes: Sequence[Node | str], marks: dict[int, str]) -> list[Node | str]:
    """Return the nodes of a body, with interactions replaced by their prompts or by their text in `marks`."""
    kept: list[Node | str] = []
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
        elif id(node) in marks:
            kept.append(Node("span", {}, [marks[id(node)]]))
        elif node.name.endswith("Interaction"):
            kept += [Node("p", {}, _text_only(prompt.children, marks)) for prompt in node.elements("prompt")]
        elif node.name not in ("feedbackInline", "feedbackBlock", "rubricBlock", "templateBlock", "templateInline"):
            kept.append(replace(node, children=_text_only(node.children, marks)))
    return kept
