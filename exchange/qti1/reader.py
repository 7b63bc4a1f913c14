"""Read QTI 1.2, as Canvas, Common Cartridge and text2qti write it. docs/question-exchange.md describes the mapping."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.files import stream
from exchange.html import conversion
from exchange.html.tree import TextTooLarge
from exchange.items import gaps, moodle_answers
from exchange.items.package_pictures import PackagePictures
from exchange.items.questions import (
    Blank,
    Pair,
    ParsedFile,
    Part,
    Question,
    Skipped,
    UnsupportedQuestion,
    check_answers,
    check_distinct,
    check_questions,
)
from exchange.items.values import clean, decimal_text, find_credit, first_words, number, plain_number, unique_answers

_RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp")
_COMPARISONS = ("varequal", "vargte", "vargt", "varlte", "varlt", "varsubset", "varsubstring", "varinside", "durequal")
_READABLE_NAME = 40
_BANK_ENTRY = re.compile(r"""<bankentry_item\b[^<>]*\bitem_ref=["']([^"'<>]{1,100})["']""")


@dataclass(slots=True)
class _Rule:
    """A condition of the scoring: what is compared, what must not be so, the score that is set or added, and feedbacks."""

    compared: list[Node]
    negated: list[Node]
    score: Decimal | None = None
    adds: bool = False
    alternatives: bool = False
    feedbacks: list[str] = field(default_factory=list)


def read(parsed: ParsedFile, text: str, *, pictures: PackagePictures, seen: set[str]) -> None:
    """Add the questions of the text of a `questestinterop` to the parsed file, and the skipped questions with reasons.

    An item whose identifier is in `seen` is left out: a package may have it in two files. The others are added to `seen`.
    """
    found: set[str] = set()
    for item in stream(text, "item"):
        ident = item.attributes.get("ident", "")
        if ident in seen:
            continue
        found |= {ident} - {""}
        check_questions(len(parsed.questions) + len(parsed.skipped) + 1)
        reader = _Item(item, pictures)
        try:
            parsed.questions.append(reader.read())
        except UnsupportedQuestion as refused:
            parsed.skipped.append(Skipped.with_title(reader.question.name, reader.title, str(refused)))
        except TextTooLarge:
            reason = _("Its text is too long or nested too deeply.")
            parsed.skipped.append(Skipped.with_title(reader.question.name, reader.title, reason))
    seen |= found
    for ref in _BANK_ENTRY.findall(text):
        if ref not in seen:
            parsed.skipped.append(
                Skipped(ref, _("It is a question of a bank that is not in the file. Export the bank, too."))
            )


class _Item:
    def __init__(self, item: Node, pictures: PackagePictures) -> None:
        self.item = item
        self.pictures = pictures
        self.losses: list[str] = []
        self.presentation = item.first("presentation") or Node("presentation")
        self.fields = {
            clean(node.text("fieldlabel")): clean(node.text("fieldentry")) for node in item.all("qtimetadatafield")
        }
        self.type = self.fields.get("question_type") or self.fields.get("cc_profile", "")
        self.responses = [node for node in self.presentation.all(*_RESPONSES) if node.name != "response_grp"]
        self.rules = [_rule(node) for node in item.all("respcondition")]
        self.feedbacks = {node.attributes.get("ident", ""): node for node in item.elements("itemfeedback")}
        ident = clean(item.attributes.get("ident", ""))
        title = clean(item.attributes.get("title", ""))
        self.title = first_words(title)
        self.question = Question(ident or title, "", "")

    def read(self) -> Question:
        question = self.question
        if len(question.name) > _READABLE_NAME:
            text = conversion.to_plain(self.text())
            question.name = first_words(clean(text)) or question.name
            self.losses = []
            self.pictures.pictures.take_remarks()
        check_answers(sum(1 for _node in self.presentation.all("response_label")))
        question.text = self.text()
        self.reader()()
        question.points = self.points()
        self.add_overall_feedback()
        if self.losses:
            check_distinct(question)
        question.remarks += self.pictures.pictures.take_remarks()
        question.remarks += [_("Left out: %(what)s.") % {"what": loss} for loss in dict.fromkeys(self.losses)]
        return question

    def reader(self) -> Callable[[], None]:
        """Return the method that reads the answers. Raises UnsupportedQuestion."""
        kind = self.type
        if kind == "text_only_question" or (not self.responses and kind != "file_upload_question"):
            raise UnsupportedQuestion(_("It is a text without a question."))
        if kind in ("calculated_question",) or any(node.name == "response_xy" for node in self.responses):
            raise UnsupportedQuestion(
                _("This kind of question is not supported: %(kind)s.") % {"kind": kind or "response_xy"}
            )
        is_choice = all(node.name == "response_lid" for node in self.responses)
        readers = {
            "matching_question": self.matching,
            "fill_in_multiple_blanks_question": self.gaps,
            "multiple_dropdowns_question": self.gaps,
            "numerical_question": self.number,
            "essay_question": self.hand_in,
            "file_upload_question": self.hand_in,
            "cc.essay.v0p1": self.hand_in,
        }
        if kind in readers:
            return readers[kind]
        if len(self.responses) > 1:
            if is_choice and all(node.first("material") is not None for node in self.responses):
                return self.matching
            raise UnsupportedQuestion(
                _("It has several interactions. Here each of them would be a question of its own.")
            )
        if is_choice:
            return self.choices
        if self.responses[0].name == "response_num" or any(
            node.attributes.get("fibtype", "") in ("Decimal", "Integer") for node in self.responses[0].all("render_fib")
        ):
            return self.number
        return self.typed if any(rule.compared for rule in self.scoring()) else self.hand_in

    def scoring(self) -> list[_Rule]:
        return [rule for rule in self.rules if rule.score is not None and rule.score > 0]

    def material(self, node: Node) -> str:
        """Return the text of the materials directly inside an element or in its flows."""
        return "\n\n".join(text for part in _materials(node) if (text := self.markdown(part)))

    def markdown(self, part: Node) -> str:
        if part.name == "matimage" and part.attributes.get("uri"):
            image = Node("img", {"src": part.attributes["uri"], "alt": part.attributes.get("label", "")})
            return clean(conversion.from_nodes([image], self.losses, self.pictures.show))
        if part.name != "mattext":
            self.losses.append(
                _("a picture or other media: %(name)s") % {"name": part.attributes.get("uri", part.name)[:80]}
            )
            return ""
        text = clean(part.text())
        if part.attributes.get("texttype", "text/plain").lower() in ("text/html", "text/xhtml"):
            return clean(conversion.from_html(text, self.losses, self.pictures.show))
        return clean(conversion.from_plain(text))

    def text(self) -> str:
        return self.material(self.presentation)

    def points(self) -> str | None:
        worth = self.fields.get("points_possible") or self.fields.get("cc_weighting", "")
        try:
            return decimal_text(number(worth)) if worth else None
        except InvalidOperation as error:
            raise UnsupportedQuestion(_("“%(text)s” is not a number of points.") % {"text": worth[:40]}) from error

    def feedback(self, name: str) -> str:
        node = self.feedbacks.get(name)
        return (
            ""
            if node is None
            else "\n\n".join(self.markdown(part) for part in node.all("mattext") if part.text().strip())
        )

    def add_overall_feedback(self) -> None:
        question, general = self.question, self.feedback("general_fb")
        if question.kind in ("single_choice", "multiple_choice"):
            if any(self.feedback(name) for name in ("correct_fb", "general_incorrect_fb")):
                question.remarks.append(
                    _("Its combined feedback is left out: here a choice question has feedback for its choices only.")
                )
        else:
            question.correct_feedback = self.feedback("correct_fb")
            question.incorrect_feedback = self.feedback("general_incorrect_fb")
        moodle_answers.add_general_feedback(question, general)

    def choices(self) -> None:
        response, question = self.responses[0], self.question
        single = response.attributes.get("rcardinality", "Single").lower() == "single"
        labels = list(response.all("response_label"))
        worth = self.worths(single)
        best = max(worth.values(), default=Decimal(0))
        names = [label.attributes.get("ident", "") for label in labels]
        right = {name for name in names if worth.get(name, 0) > 0 and (not single or worth[name] == best)}
        question.kind = "single_choice" if single else "multiple_choice"
        question.parts = [
            Part(self.material(label), correct=name in right, feedback=self.feedback_of_choice(name))
            for label, name in zip(labels, names, strict=True)
        ]
        if not single and any(rule.alternatives for rule in self.scoring()):
            raise UnsupportedQuestion(_("Several sets of its choices are right. Here exactly one set is."))
        if single and len(right) != 1:
            raise UnsupportedQuestion(_("A single choice question has exactly one correct choice."))
        if single and any(0 < value < best for value in worth.values()):
            question.remarks.append(
                _("Some of its choices earn a part of the points in the file. Here only the right one earns points.")
            )
        if not single:
            self.set_credit(names, worth)
        if any(node.attributes.get("shuffle", "") == "No" for node in response.all("render_choice")):
            question.remarks.append(moodle_answers.fixed_order())

    def worths(self, single: bool) -> dict[str, Decimal]:
        """Return {choice: the score that it earns}. Choices that are right together earn the whole score."""
        worth: dict[str, Decimal] = {}
        for rule in self.rules:
            if rule.score is None:
                continue
            for node in rule.compared:
                name = node.text().strip()
                added = worth.get(name, Decimal(0)) + rule.score
                worth[name] = added if rule.adds else max(worth.get(name, rule.score), rule.score)
        return worth

    def set_credit(self, names: list[str], worth: dict[str, Decimal]) -> None:
        if not any(rule.adds for rule in self.scoring()):
            self.question.credit = "all"
            if len(self.scoring()) > 1:
                self.question.remarks.append(
                    _("In the file a part of the right choices earns points. Here it is graded all or nothing.")
                )
            return
        gains = [worth[name] for name in names if worth.get(name, 0) > 0]
        losses = [worth.get(name, Decimal(0)) for name in names if worth.get(name, 0) <= 0]
        whole = sum(gains, Decimal(0)) or Decimal(1)
        credit, exact = find_credit([100 * value / whole for value in gains], [100 * value / whole for value in losses])
        self.question.credit = credit or "partial"
        if not exact:
            self.question.remarks.append(
                _("Its percentages differ from this site's partial credit, so it is graded all or nothing.")
            )

    def feedback_of_choice(self, name: str) -> str:
        shown = [
            feedback
            for rule in self.rules
            if [node.text().strip() for node in rule.compared] == [name] and not rule.negated
            for feedback in rule.feedbacks
            if feedback not in ("correct_fb", "general_incorrect_fb", "general_fb")
        ]
        return "\n\n".join(text for one in dict.fromkeys(shown) if (text := self.feedback(one)))

    def typed(self) -> None:
        question = self.question
        question.kind = "short_answer"
        best = max((rule.score or Decimal(0) for rule in self.scoring()), default=Decimal(0))
        compared = [node for rule in self.scoring() if rule.score == best for node in rule.compared]
        if any((rule.score or 0) < best for rule in self.scoring()):
            question.remarks.append(
                _("Some of its answers earn a part of the points in the file. Here an answer is right or wrong.")
            )
        question.accept = self.accepted(compared)

    def accepted(self, compared: list[Node]) -> list[str]:
        if any(node.name != "varequal" for node in compared):
            self.question.remarks.append(
                _("In the file a part of an answer is enough. Here only the answers that are written out are right.")
            )
        if any(node.attributes.get("case", "No").lower() == "yes" for node in compared):
            self.question.remarks.append(_("It is case-sensitive in the file. Here case never matters."))
        found = unique_answers(node.text() for node in compared if node.name == "varequal")
        if not found:
            raise UnsupportedQuestion(_("It does not say which answer is right."))
        return found

    def number(self) -> None:
        question, rules = self.question, self.scoring()
        if len(rules) != 1:
            raise UnsupportedQuestion(_("A numeric question must have exactly one right value."))
        question.kind = "numeric"
        try:
            values = {node.name: number(node.text()) for node in rules[0].compared}
        except InvalidOperation as error:
            raise UnsupportedQuestion(_("Its right number cannot be read.")) from error
        least, most = (values.get(f"var{way}e", values.get(f"var{way}")) for way in ("gt", "lt"))
        if least is not None and most is not None and least <= most:
            value, tolerance = (least + most) / 2, (most - least) / 2
            if "vargte" not in values or "varlte" not in values:
                question.remarks.append(_("In the file the bounds of its numbers are wrong. Here they are right."))
        elif "varequal" in values and least is None and most is None:
            value, tolerance = values["varequal"], Decimal(0)
        else:
            raise UnsupportedQuestion(_("Its score depends on other ranges of numbers than one with two bounds."))
        question.extra = {"value": plain_number(value), "tolerance": plain_number(tolerance)}

    def matching(self) -> None:
        question = self.question
        question.kind = "matching"
        rights = {
            node.attributes.get("ident", ""): self.material(node)
            for response in self.responses
            for node in response.all("response_label")
        }
        used = set()
        for response in self.responses:
            found = [name for name in self.right_of(response) if name in rights]
            if len(found) != 1:
                raise UnsupportedQuestion(
                    _("Its right pairs do not match each item on the left with one on the right.")
                )
            used.add(found[0])
            question.pairs.append(Pair(self.material(response), rights[found[0]]))
        right_texts = {rights[name] for name in used}
        others = dict.fromkeys(text for name, text in rights.items() if name not in used and text not in right_texts)
        question.pairs += [Pair("", text) for text in others]
        question.credit = "partial" if any(rule.adds for rule in self.scoring()) else "all"

    def right_of(self, response: Node) -> list[str]:
        name = response.attributes.get("ident", "")
        return [
            node.text().strip()
            for rule in self.scoring()
            for node in rule.compared
            if node.attributes.get("respident", "") == name
        ]

    def gaps(self) -> None:
        question = self.question
        question.kind = "fill_in"
        for place, response in enumerate(self.responses, 1):
            mark = response.attributes.get("ident", "").removeprefix("response_")
            labels = {
                node.attributes.get("ident", ""): " ".join(part.text() for part in node.all("mattext"))
                for node in response.all("response_label")
            }
            right = self.right_of(response)
            accept = unique_answers(labels[name] for name in right if name in labels)
            escaped = mark.replace("_", "\\_")
            shown = next((form for form in (f"[{mark}]", f"\\[{escaped}\\]") if form in question.text), "")
            if not shown or not accept:
                raise UnsupportedQuestion(_("It does not say which answer is right."))
            blank = Blank(f"blank-{place}")
            if self.type == "multiple_dropdowns_question":
                blank.choices = gaps.menu([Part(text, correct=name in right) for name, text in labels.items()])
            else:
                blank.accept = accept
            question.blanks.append(blank)
            if any(self.feedback_of_choice(name) for name in labels):
                gaps.remark(question, _("The feedback of single gaps is left out."))
            question.text = question.text.replace(shown, f"{{{{blank-{place}}}}}", 1)
        question.credit = "partial" if any(rule.adds for rule in self.scoring()) else "all"

    def hand_in(self) -> None:
        is_file = self.type == "file_upload_question"
        self.question.kind = "hand_in"
        self.question.extra = {"text": not is_file, "files": {"max": 1 if is_file else 0}}


def _rule(node: Node) -> _Rule:
    condition = node.first("conditionvar") or Node("conditionvar")
    negated = [found for negation in condition.all("not") for found in negation.all(*_COMPARISONS)]
    excluded = {id(found) for found in negated}
    rule = _Rule([found for found in condition.all(*_COMPARISONS) if id(found) not in excluded], negated)
    rule.alternatives = any(True for _node in condition.all("or"))
    for setting in node.elements("setvar"):
        try:
            rule.score = number(setting.text())
        except InvalidOperation:
            continue
        rule.adds = setting.attributes.get("action", "Set").lower() in ("add", "subtract")
        if setting.attributes.get("action", "").lower() == "subtract":
            rule.score = -rule.score
    rule.feedbacks = [shown.attributes.get("linkrefid", "") for shown in node.elements("displayfeedback")]
    return rule


def _materials(node: Node) -> Iterator[Node]:
    """Yield the parts of the materials of an element, in order, without those of its responses and labels."""
    for child in node.elements():
        if child.name == "material":
            yield from child.elements()
        elif child.name in ("flow", "flow_mat", "flow_label"):
            yield from _materials(child)
