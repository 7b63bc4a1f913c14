"""Read one item of QTI 2.1 as a question. docs/question-exchange.md describes the mapping."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.html import conversion
from exchange.items import gaps, moodle_answers
from exchange.items.package_pictures import PackagePictures
from exchange.items.questions import Blank, Part, Question, UnsupportedQuestion, check_answers, check_distinct
from exchange.items.values import clean, decimal_text, number
from exchange.qti import declarations, items, left_out, scores


class Item:
    """Read one item. Raises UnsupportedQuestion, TextTooLarge."""

    def __init__(self, root: Node, name: str, weight: Decimal | None, pictures: PackagePictures) -> None:
        self.root = root
        self.pictures = pictures
        self.weight = weight
        self.losses: list[str] = []
        self.body = root.first("itemBody") or Node("itemBody")
        self.processing = root.first("responseProcessing") or Node("responseProcessing")
        self.declared = {node.attributes.get("identifier", ""): node for node in root.elements("responseDeclaration")}
        self.feedbacks = self.read_feedbacks()
        self.used_feedbacks: set[str] = set()
        self.question = Question(name, "", "")

    def read(self) -> Question:
        if self.root.attributes.get("adaptive", "").strip() in ("true", "1"):
            raise UnsupportedQuestion(_("It is adaptive: it asks in several steps."))
        if any(True for _node in self.root.all("templateDeclaration", "templateProcessing", "printedVariable")):
            raise UnsupportedQuestion(_("Its text is made anew for each student, for example with other numbers."))
        nodes = list(self.body.walk())
        check_answers(sum(node.name.endswith("Choice") for node in nodes))
        found = [node for node in nodes if node.name.endswith("Interaction")]
        if not found:
            raise UnsupportedQuestion(_("It is a text without a question."))
        names = {node.name for node in found}
        question = self.question
        if names <= {"extendedTextInteraction", "uploadInteraction"}:
            self.hand_in(found)
        elif names <= {"textEntryInteraction", "inlineChoiceInteraction"}:
            self.entries(found)
        elif len(found) == 1:
            self.one(found[0])
        else:
            raise UnsupportedQuestion(
                _("It has several interactions. Here each of them would be a question of its own.")
            )
        question.text = question.text or self.text()
        question.points = self.points()
        question.remarks += [
            _("Its score is computed with <%(name)s>, which is not read. Check its points and what is right.")
            % {"name": name[:40]}
            for name in scores.unread(self.processing)
        ]
        question.remarks += left_out.remarks(self.root, self.body, is_hand_in=question.kind == "hand_in")
        if any(text for feedback, text in self.feedbacks.items() if feedback not in self.used_feedbacks):
            question.remarks.append(_("A part of its feedback is left out: here feedback belongs to an answer."))
        if self.losses:
            check_distinct(question)
        question.remarks += self.pictures.pictures.take_remarks()
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
        return clean(conversion.from_nodes(left_out.text_only(nodes, {}), self.losses, self.pictures.show))

    def plain_markdown(self, nodes: Sequence[Node | str]) -> str:
        """Return Markdown without pictures, for what is shown in a menu."""
        return clean(conversion.from_nodes(left_out.text_only(nodes, {}), self.losses))

    def text(self, marks: dict[int, str] | None = None) -> str:
        """Return the text of the item with its prompts. `marks` maps id(interaction) to the text that replaces it."""
        return clean(
            conversion.from_nodes(left_out.text_only(self.body.children, marks or {}), self.losses, self.pictures.show)
        )

    def read_feedbacks(self) -> dict[str, str]:
        """Return {identifier: Markdown} of all feedbacks."""
        return {
            items.key(node.attributes.get("identifier", "")): self.markdown(node.children)
            for node in (*self.root.elements("modalFeedback"), *self.body.all("feedbackInline", "feedbackBlock"))
        }

    def uses(self, *names: str) -> bool:
        """Return whether the response processing uses an operator with one of these names."""
        return any(True for _node in self.processing.all(*names))

    def points(self) -> str | None:
        """Return the points: the maximum score, as declared or as computed, times the weight in the test. None if unknown."""
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
        if own is None:
            own = scores.maximum(self.processing, declarations.highest(self.declared))
            # Thirds and other shares are written with some digits only.
            own = round(own, 6) if own is not None else None
        if own is None and self.weight is None:
            return None
        worth = (own if own is not None and own > 0 else Decimal(1)) * (self.weight if self.weight is not None else 1)
        return decimal_text(worth) if worth > 0 else None

    def choices(self, interaction: Node) -> None:
        declaration, question = self.declaration(interaction), self.question
        right, mapped = self.right(declaration), declarations.mapped(declaration)
        single = declarations.is_single(declaration)
        if single and self.grades(declarations.gains(declaration)):
            question.remarks.append(
                _("Some of its choices earn a part of the points in the file. Here only the right one earns points.")
            )
        self.check_order(interaction, "simpleChoice")
        question.kind = "single_choice" if single else "multiple_choice"
        question.parts = items.parts(interaction, self.markdown)
        for part, node in zip(question.parts, interaction.elements("simpleChoice"), strict=True):
            name = node.attributes.get("identifier", "")
            part.correct = name in right
            self.used_feedbacks.add(items.key(name))
            part.feedback = self.feedbacks.get(items.key(name), "")
        if single and sum(part.correct for part in question.parts) != 1:
            raise UnsupportedQuestion(_("A single choice question has exactly one correct choice."))
        if not single:
            self.check_number(interaction)
            question.credit = self.credit_of_choices(mapped, [part.correct for part in question.parts])

    def right(self, declaration: Node) -> list[str]:
        """Return the right responses."""
        found, differs = declarations.right(declaration, by_map=scores.uses_map(self.processing))
        if differs:
            gaps.remark(
                self.question,
                _("What the file calls right is not what earns its points. Here what earns them is right: check it."),
            )
        return found

    def grades(self, gains: dict[str, Decimal]) -> bool:
        """Return whether different answers earn different points."""
        mapped = set(gains.values()) if scores.uses_map(self.processing) else set()
        return len(mapped) > 1 or len(scores.constants(self.processing)) > 1

    def check_number(self, interaction: Node) -> None:
        """Add a remark if a student may select only some of the choices or items."""
        number_of_choices = sum(1 for _node in interaction.elements("simpleChoice"))
        most = interaction.attributes.get("maxChoices", "").strip()
        if most.isdecimal() and 0 < int(most[:9]) < number_of_choices:
            self.question.remarks.append(
                _("In the file at most %(number)s choices may be selected. Here any number may.") % {"number": most[:9]}
            )

    def check_order(self, interaction: Node, *names: str) -> None:
        """Add a remark if the choices keep their order: here it is the quiz that shuffles them, and always all."""
        is_shuffled = interaction.attributes.get("shuffle", "false").strip() in ("true", "1")
        if not is_shuffled:
            gaps.remark(self.question, moodle_answers.fixed_order())
        elif any(node.attributes.get("fixed", "").strip() in ("true", "1") for node in interaction.all(*names)):
            gaps.remark(self.question, _("Some of its choices keep their place in the file. Here all are shuffled."))

    def credit_of_choices(self, mapped: dict[str, Decimal], right: list[bool]) -> str | None:
        if not mapped or not scores.uses_map(self.processing):
            if len(scores.constants(self.processing)) > 1:
                self.question.remarks.append(
                    _("In the file a part of the right choices earns points. Here it is graded all or nothing.")
                )
            return "all"
        credit, exact = items.credit(mapped, sum(right), len(right) - sum(right))
        if not exact:
            self.question.remarks.append(
                _("Its percentages differ from this site's partial credit, so it is graded all or nothing.")
            )
        # If the numbers of a mapping fit both kinds of credit, it means partial credit.
        return credit or "partial"

    def ordering(self, interaction: Node) -> None:
        order = declarations.values(self.declaration(interaction))
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
        self.question.pairs = items.pairs(interaction, self.right(declaration), self.markdown, self.plain_markdown)
        gains = declarations.gains(declaration)
        partial = bool(gains) and scores.uses_map(self.processing)
        self.question.credit = "partial" if partial else "all"
        if partial and (len(set(gains.values())) > 1 or len(gains) != sum(bool(p.left) for p in self.question.pairs)):
            self.question.remarks.append(_("Its pairs have different weights in the file. Here they count the same."))
        self.check_order(interaction, "simpleAssociableChoice")
        self.read_overall_feedback()

    def read_overall_feedback(self) -> None:
        self.used_feedbacks |= {"correct", "incorrect"}
        self.question.correct_feedback = self.feedbacks.get("correct", "")
        self.question.incorrect_feedback = self.feedbacks.get("incorrect", "")

    def entries(self, found: list[Node]) -> None:
        is_single = len(found) == 1 and found[0].name == "textEntryInteraction"
        if is_single and self.is_number(found[0]) and self.root.attributes.get("label") != "fill_in":
            self.number(found[0])
        elif is_single and not self.is_number(found[0]) and self.is_alone(found[0]):
            self.typed(found[0])
        else:
            self.gaps(found)
        self.read_overall_feedback()

    def is_number(self, entry: Node) -> bool:
        return declarations.is_number(self.declaration(entry))

    def is_alone(self, entry: Node) -> bool:
        """Return whether the entry is below the text, not inside it. Items that this site wrote have their kind in `label`."""
        if self.root.attributes.get("toolName") == items.TOOL:
            return self.root.attributes.get("label") == "short_answer"
        return any(
            [child for child in node.children if not isinstance(child, str) or child.strip()] == [entry]
            for node in self.body.walk()
        )

    def accepted(self, declaration: Node) -> list[str]:
        if declarations.minds_case(declaration) or scores.minds_case(
            self.processing, declaration.attributes.get("identifier", "")
        ):
            gaps.remark(self.question, _("It is case-sensitive in the file. Here case never matters."))
        return items.accepted(self.right(declaration), declarations.mapped(declaration), self.question)

    def typed(self, entry: Node) -> None:
        self.question.kind = "short_answer"
        self.question.accept = self.accepted(self.declaration(entry))
        self.question.wrong = items.known_wrong(self.processing, self.feedbacks)
        for branch in self.processing.all("responseElseIf"):
            self.used_feedbacks |= {items.key(node.text().strip()) for node in branch.all("baseValue")}

    def number(self, entry: Node) -> None:
        self.question.kind = "numeric"
        self.question.extra = self.value_of(entry)

    def value_of(self, entry: Node) -> dict[str, Any]:
        """Return the value and the tolerance of a number."""
        declaration = self.declaration(entry)
        values = self.right(declaration)
        name = declaration.attributes["identifier"]
        bounds = scores.interval(self.processing, name)
        if len(values) != 1 and bounds is None:
            raise UnsupportedQuestion(_("A numeric question must have exactly one right value."))
        if (bounds is not None and not bounds[2]) or (bounds is None and scores.excludes_bounds(self.processing)):
            self.question.remarks.append(_("In the file the bounds of its numbers are wrong. Here they are right."))
        if self.grades(declarations.gains(declaration)):
            self.question.remarks.append(
                _("Some of its numbers earn a part of the points in the file. Here a number is right or wrong.")
            )
        return items.parse_number(values[0] if values else "", self.processing, name, bounds)

    def blank(self, node: Node, place: int) -> Blank:
        """Return a gap: words, a menu or a number."""
        blank = items.blank(node, place)
        if node.name == "inlineChoiceInteraction":
            self.check_order(node, "inlineChoice")
            right = self.right_choices(node)
            is_whole = not any(True for child in node.elements("inlineChoice") for _inner in child.elements())
            if not is_whole:
                gaps.remark(self.question, gaps.plain_choices())
            names = [(child, child.attributes.get("identifier", "")) for child in node.elements("inlineChoice")]
            parts = [
                Part(" ".join(clean(child.text()).split()), items.own_key(name), name in right) for child, name in names
            ]
            blank.choices = gaps.menu(parts, is_whole=is_whole)
        elif self.is_number(node):
            blank.extra = self.value_of(node)
        else:
            blank.accept = self.accepted(self.declaration(node))
        return blank

    def right_choices(self, node: Node) -> list[str]:
        declaration = self.declaration(node)
        if len(set(declarations.gains(declaration).values())) > 1:
            gaps.remark(
                self.question,
                _("Some of its choices earn a part of the points in the file. Here only the right one earns points."),
            )
        return self.right(declaration)

    def gaps(self, found: list[Node]) -> None:
        scores.check_alone(self.processing)
        self.question.kind = "fill_in"
        marks: dict[int, str] = {}
        for place, node in enumerate(found, 1):
            blank = self.blank(node, place)
            self.question.blanks.append(blank)
            marks[id(node)] = f"{{{{{blank.key}}}}}"
        self.question.text = self.text(marks)
        self.question.credit = "all" if self.uses("and") and not self.uses("sum") else "partial"
        highest = declarations.highest(self.declared)
        names = {node.attributes.get("responseIdentifier", "") for node in found}
        worths = {highest[name] for name in names if name in highest} if scores.uses_map(self.processing) else set()
        if any(blank.extra for blank in self.question.blanks):
            worths |= scores.added(self.processing)
        if self.question.credit == "partial" and len(worths) > 1:
            self.question.remarks.append(_("Its gaps have different weights in the file. Here they count the same."))

    def hand_in(self, found: list[Node]) -> None:
        files = sum(node.name == "uploadInteraction" for node in found)
        if len(found) - files > 1:
            raise UnsupportedQuestion(_("It asks for several texts; a hand-in takes one."))
        notes = [node for node in self.body.all("rubricBlock") if left_out.is_for(node, "scorer")]
        # The right response to a text is an example for those who grade it.
        examples = [Node("p", {}, [text]) for node in self.declared.values() for text in declarations.values(node)]
        self.question.kind = "hand_in"
        self.question.extra = {
            "text": len(found) > files,
            "files": {"max": min(files, 10)},
            "notes": self.markdown([*(child for node in notes for child in node.children), *examples]),
        }
        # If the file has no feedback, the stored feedback is kept.
        if "correct" in self.feedbacks or "incorrect" in self.feedbacks:
            self.read_overall_feedback()
