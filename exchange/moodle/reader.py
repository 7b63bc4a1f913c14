"""Read questions from Moodle XML. docs/question-exchange.md describes the mapping."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange import moodle_answers
from exchange.files import Source
from exchange.html import conversion
from exchange.html.tree import TextTooLarge
from exchange.moodle import cloze
from exchange.moodle_answers import Answer
from exchange.questions import (
    Pair,
    ParsedFile,
    Part,
    Question,
    Skipped,
    UnsupportedQuestion,
    check_answers,
    check_questions,
)
from exchange.values import clean, decimal_text, first_words, number, plain_number

_GRADING = {"ALL_OR_NOTHING": "all", "-1": "all", "ABSOLUTE_POSITION": "partial", "0": "partial"}
_TRUE = frozenset({"true", "1"})


def read(source: Source, *, language: str) -> ParsedFile:
    """Return the questions of a file, and the skipped questions with reasons."""
    assert source.root is not None
    parsed = ParsedFile("moodle", notes=list(source.notes))
    categories = 0
    elements = list(source.root.elements("question"))
    check_questions(sum(element.attributes.get("type") != "category" for element in elements))
    for element in elements:
        if element.attributes.get("type") == "category":
            categories += 1
            continue
        name = clean(element.text("idnumber")) or clean(element.text("name"))
        name = name or first_words(clean(conversion.to_plain(element.text("questiontext", "text")[:2000])))
        try:
            parsed.questions.append(_Question(element, name, language).read())
        except UnsupportedQuestion as refused:
            parsed.skipped.append(Skipped(name, str(refused)))
        except TextTooLarge:
            parsed.skipped.append(Skipped(name, _("Its text is too long or nested too deeply.")))
    if categories:
        parsed.notes.append(_("Categories are left out: a quiz has none."))
    return parsed


class _Question:
    def __init__(self, element: Node, name: str, language: str) -> None:
        self.element = element
        self.language = language
        self.losses: list[str] = []
        self.question = Question(name, "", "")

    def read(self) -> Question:
        kind = self.element.attributes.get("type", "")
        readers: dict[str, Callable[[], None]] = {
            "multichoice": self.multichoice,
            "truefalse": self.truefalse,
            "shortanswer": self.shortanswer,
            "numerical": self.numerical,
            "matching": self.matching,
            "match": self.matching,
            "ordering": self.ordering,
            "cloze": self.cloze,
            "multianswer": self.cloze,
            "essay": self.essay,
        }
        if kind == "description":
            raise UnsupportedQuestion(_("It is a text without a question."))
        if kind not in readers:
            raise UnsupportedQuestion(
                _("This kind of question is not supported: %(kind)s.") % {"kind": kind[:40] or "–"}
            )
        check_answers(sum(1 for _node in self.element.elements("answer", "subquestion")))
        question = self.question
        if kind not in ("cloze", "multianswer"):
            question.text = self.markdown(self.element.first("questiontext"))
            question.points = self.points()
        readers[kind]()
        moodle_answers.add_general_feedback(question, self.markdown(self.element.first("generalfeedback")))
        if any(self.element.elements("hint")) and any(
            hint.text("text").strip() for hint in self.element.elements("hint")
        ):
            question.remarks.append(_("Hints are left out: an attempt has none."))
        question.remarks += [_("Left out: %(what)s.") % {"what": loss} for loss in self.losses]
        return question

    def markdown(self, node: Node | None, default: str = "html") -> str:
        """Return the text of an element as Markdown, converted from the format in its `format` attribute (else `default`)."""
        if node is None:
            return ""
        text = node.text("text") if node.first("text") is not None else ""
        form = node.attributes.get("format", default)
        for attached in node.elements("file"):
            name = attached.attributes.get("name", "")
            if name and f"@@PLUGINFILE@@/{name}" not in text:
                self.losses.append(_("the file %(name)s") % {"name": name[:80]})
        if form == "markdown":
            return clean(conversion.from_markdown(clean(text), self.losses))
        if form == "plain_text":
            return clean(conversion.from_plain(clean(text)))
        if form == "moodle_auto_format":
            return clean(conversion.from_auto(clean(text), self.losses))
        return clean(conversion.from_html(clean(text), self.losses))

    def points(self) -> str | None:
        text = self.element.text("defaultgrade").strip()
        try:
            points = number(text) if text else None
        except InvalidOperation as error:
            raise UnsupportedQuestion(_("“%(text)s” is not a number of points.") % {"text": text[:40]}) from error
        return None if points is None else decimal_text(points)

    def answers(self, *, typed: bool = False) -> Iterator[Answer]:
        for node in self.element.elements("answer"):
            # Answers that students type are plain text, whatever their format attribute says.
            text = clean(node.text("text")) if typed else self.markdown(node, self.text_format())
            yield Answer(
                moodle_answers.parse_fraction(node.attributes.get("fraction", "0")),
                text,
                self.markdown(node.first("feedback"), self.text_format()),
                node.text("tolerance").strip(),
            )

    def text_format(self) -> str:
        node = self.element.first("questiontext")
        return node.attributes.get("format", "html") if node is not None else "html"

    def multichoice(self) -> None:
        moodle_answers.set_choices(
            self.question, list(self.answers()), single=self.element.text("single").strip() in ("", *_TRUE)
        )
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
            if self.markdown(self.element.first(name)):
                self.question.remarks.append(
                    _("Its combined feedback is left out: here a choice question has feedback for its choices only.")
                )
                break

    def truefalse(self) -> None:
        by_word = {
            node.text("text").strip().lower(): (
                moodle_answers.parse_fraction(node.attributes.get("fraction", "0")),
                self.markdown(node.first("feedback")),
            )
            for node in self.element.elements("answer")
        }
        is_true = by_word.get("true", (Decimal(0), ""))[0] >= moodle_answers.WHOLE
        is_false = by_word.get("false", (Decimal(0), ""))[0] >= moodle_answers.WHOLE
        if is_true == is_false:
            raise UnsupportedQuestion(_("A single choice question has exactly one correct choice."))
        moodle_answers.set_true_false(
            self.question, is_true, by_word.get("true", (0, ""))[1], by_word.get("false", (0, ""))[1], self.language
        )

    def shortanswer(self) -> None:
        moodle_answers.set_short_answer(self.question, list(self.answers(typed=True)))
        if self.element.text("usecase").strip() in _TRUE:
            self.question.remarks.append(_("It is case-sensitive in the file. Here case never matters."))

    def numerical(self) -> None:
        moodle_answers.set_numeric(self.question, list(self.answers(typed=True)))
        extra = self.question.extra
        extra |= {"unit": "", "units": {}, "unit_required": False}
        factors: dict[str, Decimal] = {}
        for unit in self.element.all("unit"):
            name = clean(unit.text("unit_name"))
            try:
                factors[name] = number(unit.text("multiplier") or "1")
            except InvalidOperation as error:
                raise UnsupportedQuestion(
                    _("“%(text)s” is not a number.") % {"text": unit.text("multiplier")[:40]}
                ) from error
        factors = {name: factor for name, factor in factors.items() if name and factor > 0}
        if not factors:
            return
        main = next((name for name, factor in factors.items() if factor == 1), "")
        if not main:
            raise UnsupportedQuestion(_("None of its units is the unit of its value."))
        extra["unit"] = main
        # In Moodle a number in a unit is the value times the multiplier. Here it is multiplied by a factor to get the value.
        extra["units"] = {name: _factor(factor) for name, factor in factors.items() if name != main}
        if self.element.text("unitgradingtype").strip() in ("1", "2"):
            extra["unit_required"] = True
            if self.element.text("unitpenalty").strip() not in ("", "1", "1.0", "1.0000000"):
                self.question.remarks.append(
                    _("In the file a wrong unit costs a part of the points. Here it costs all.")
                )

    def matching(self) -> None:
        self.question.kind = "matching"
        for node in self.element.elements("subquestion"):
            left = self.markdown(node, self.text_format())
            # The right side is plain text: Moodle shows it in a menu.
            right = clean(conversion.from_plain(clean(node.text("answer", "text"))))
            if right:
                self.question.pairs.append(Pair(left, right))
        self.combined()

    def ordering(self) -> None:
        self.question.kind = "ordering"
        rule = self.element.text("gradingtype").strip().upper()
        self.question.credit = _GRADING.get(rule, "partial")
        if rule and rule not in _GRADING:
            self.question.remarks.append(
                _("It is graded as %(rule)s in the file. Here each item in its right position earns points.")
                % {"rule": rule[:40]}
            )
        if self.element.text("selecttype").strip().upper() not in ("", "ALL", "EXACT", "0"):
            self.question.remarks.append(_("In the file a student gets only some of its items; here all."))
        answers = list(self.answers())
        if any(answer.feedback for answer in answers):
            self.question.remarks.append(_("The feedback of single items is left out."))
        self.question.parts = [Part(answer.text) for answer in answers]
        self.combined()

    def combined(self) -> None:
        """Read the combined feedback of kinds that have it."""
        self.question.correct_feedback = self.markdown(self.element.first("correctfeedback"))
        self.question.incorrect_feedback = self.markdown(self.element.first("incorrectfeedback"))
        if self.markdown(self.element.first("partiallycorrectfeedback")):
            self.question.remarks.append(_("The feedback for partly right answers is left out."))

    def cloze(self) -> None:
        node = self.element.first("questiontext")
        html = clean(node.text("text")) if node is not None else ""
        marked = cloze.read(self.question, html)
        if node is not None:
            text = Node("text", {}, [marked])
            files = list(node.elements("file"))
            self.question.text = self.markdown(Node("questiontext", dict(node.attributes), [text, *files]))

    def essay(self) -> None:
        question = self.question
        question.kind = "hand_in"
        form = self.element.text("responseformat").strip()
        files = self.element.text("attachments").strip()
        question.extra["text"] = form != "noinline"
        count = int(files) if files.lstrip("-").isdecimal() and len(files) < 4 else 0
        question.extra["files"] = {"max": 10 if count < 0 else min(count, 10)}
        if self.element.text("filetypeslist").strip():
            question.remarks.append(_("Which kinds of files it takes is left out: set it here."))
        if self.markdown(self.element.first("responsetemplate")):
            question.remarks.append(_("The template of an answer is left out."))
        question.extra["notes"] = self.markdown(self.element.first("graderinfo"))


def _factor(multiplier: Decimal) -> int | float:
    return plain_number(f"{1 / float(multiplier):.12g}")
