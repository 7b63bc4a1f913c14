"""Read questions from Moodle XML. docs/question-exchange.md describes the mapping."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from html import escape
from urllib.parse import quote, unquote

from django.utils.translation import gettext as _

from common.markup.plain_xml import Node
from exchange.files import Source, stream
from exchange.html import conversion
from exchange.html.tree import TextTooLarge
from exchange.items import gaps, moodle_answers
from exchange.items.moodle_answers import Answer
from exchange.items.questions import (
    Blank,
    Pair,
    ParsedFile,
    Part,
    Question,
    Skipped,
    UnsupportedQuestion,
    category_path,
    check_answers,
    check_distinct,
    tags_left_out,
)
from exchange.items.values import clean, decimal_text, first_words, number, plain_number
from exchange.moodle import cloze
from exchange.pictures import NoPicture, Pictures, decoded

_GRADING = {"ALL_OR_NOTHING": "all", "-1": "all", "ABSOLUTE_POSITION": "partial", "0": "partial"}
# The place of a word in the text of "select missing words" and "drag and drop into text".
_PLACE = re.compile(r"\[\[(\d{1,3})\]\]")
_TRUE = frozenset({"true", "1"})
_PICTURES = re.compile(r"<(?:img|object)\b|!\[", re.IGNORECASE)


def read(source: Source, *, pictures: Pictures) -> ParsedFile:
    """Return the questions of a file, and the skipped questions with reasons."""
    parsed = ParsedFile("moodle", notes=list(source.notes))
    category = ""
    tags: dict[str, None] = {}
    for element in stream(source.text, "question", is_question=_is_question):
        if not _is_question(element):
            category = category_path(clean(element.text("category", "text")))
            continue
        tags |= dict.fromkeys(clean(tag.text()) for node in element.elements("tags") for tag in node.elements("tag"))
        name = clean(element.text("idnumber")) or clean(element.text("name"))
        name = name or first_words(clean(conversion.to_plain(element.text("questiontext", "text")[:2000])))
        try:
            question = _Question(element, name, pictures).read()
            question.category = category
            parsed.questions.append(question)
        except UnsupportedQuestion as refused:
            parsed.skipped.append(Skipped(name, str(refused)))
        except TextTooLarge:
            parsed.skipped.append(Skipped(name, _("Its text is too long or nested too deeply.")))
    parsed.notes += tags_left_out(tags)
    return parsed


def _is_question(element: Node) -> bool:
    return element.attributes.get("type") != "category"


class _Question:
    def __init__(self, element: Node, name: str, pictures: Pictures) -> None:
        self.element = element
        self.language = pictures.language
        self.pictures = pictures
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
            "gapselect": self.words,
            "ddwtos": self.words,
        }
        if kind == "description":
            raise UnsupportedQuestion(_("It is a text without a question."))
        if kind not in readers:
            raise UnsupportedQuestion(
                _("This kind of question is not supported: %(kind)s.") % {"kind": kind[:40] or "–"}
            )
        check_answers(sum(1 for _node in self.element.elements("answer", "subquestion")))
        question = self.question
        if kind in ("gapselect", "ddwtos"):
            question.points = self.points()
        elif kind not in ("cloze", "multianswer"):
            question.text = self.markdown(self.element.first("questiontext"))
            question.points = self.points()
        readers[kind]()
        self.old_picture()
        moodle_answers.add_general_feedback(question, self.markdown(self.element.first("generalfeedback")))
        if any(hint.text("text").strip() for hint in self.element.elements("hint")):
            question.remarks.append(_("Hints are left out: an attempt has none."))
        if self.losses:
            check_distinct(question)
        if self.element.text("hidden").strip() == "1":
            question.remarks.append(_("It is hidden in the file. Here it is shown."))
        question.remarks += self.pictures.take_remarks()
        question.remarks += [_("Left out: %(what)s.") % {"what": loss} for loss in dict.fromkeys(self.losses)]
        return question

    def markdown(self, node: Node | None, default: str = "html") -> str:
        """Return the text of an element as Markdown, converted from the format in its `format` attribute (else `default`)."""
        if node is None:
            return ""
        text = node.text("text")
        if not text and len(node.children) < 2:
            # Most feedbacks are empty.
            return ""
        form = node.attributes.get("format", default)
        # Most texts have no pictures.
        show = self.shows(node, text) if _PICTURES.search(text) or node.first("file") is not None else None
        if form == "markdown":
            return clean(conversion.from_markdown(clean(text), self.losses, show))
        if form == "plain_text":
            return clean(conversion.from_plain(clean(text)))
        if form == "moodle_auto_format":
            return clean(conversion.from_auto(clean(text), self.losses, show))
        return clean(conversion.from_html(clean(text), self.losses, show))

    def old_picture(self) -> None:
        """Read the picture that a question of Moodle 1.9 has beside its text."""
        name = clean(self.element.text("image"))
        if not name:
            return
        try:
            picture = self.pictures.take(decoded(self.element.text("image_base64")), name, "")
        except NoPicture as reason:
            values = {"name": name[:80], "reason": str(reason).rstrip(".")}
            self.losses.append(_("a picture: %(name)s. %(reason)s") % values)
        else:
            self.question.text = f"{self.question.text}\n\n{picture}"

    def shows(self, node: Node, text: str) -> Callable[[str, str], str]:
        """Return what shows the pictures in the text of an element. Attached files that the text does not show are losses."""
        attached = {file.attributes.get("name", ""): file for file in node.elements("file")}
        for name in attached:
            if name and not any(f"@@PLUGINFILE@@/{form}" in text for form in (name, quote(name), escape(name))):
                self.losses.append(_("the file %(name)s") % {"name": name[:80]})

        def show(address: str, alt: str) -> str:
            if address.startswith("data:"):
                return self.pictures.take_data(address, alt)
            path, _mark, _query = address.partition("?")
            name = unquote(path.removeprefix("@@PLUGINFILE@@/")).rpartition("/")[2]
            if not path.startswith("@@PLUGINFILE@@/") or name not in attached:
                raise NoPicture(_("It is not in the file"))
            return self.pictures.take(decoded(attached[name].text()), name, alt)

        return show

    def points(self) -> str | None:
        text = self.element.text("defaultgrade").strip()
        try:
            points = number(text) if text else None
        except InvalidOperation as error:
            raise UnsupportedQuestion(_("“%(text)s” is not a number of points.") % {"text": text[:40]}) from error
        return None if points is None else decimal_text(points)

    def answers(self, *, typed: bool = False) -> Iterator[Answer]:
        form = self.text_format()
        for node in self.element.elements("answer"):
            # Answers that students type are plain text, whatever their format attribute says.
            text = clean(node.text("text")) if typed else self.markdown(node, form)
            yield Answer(
                moodle_answers.parse_fraction(node.attributes.get("fraction", "0")),
                text,
                self.markdown(node.first("feedback"), form),
                node.text("tolerance").strip(),
            )

    def text_format(self) -> str:
        node = self.element.first("questiontext")
        return node.attributes.get("format", "html") if node is not None else "html"

    def check_order(self) -> None:
        if self.element.text("shuffleanswers").strip() in ("0", "false"):
            self.question.remarks.append(moodle_answers.fixed_order())

    def multichoice(self) -> None:
        self.check_order()
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
        found = [
            (
                node.text("text").strip(),
                moodle_answers.parse_fraction(node.attributes.get("fraction", "0")),
                self.markdown(node.first("feedback")),
            )
            for node in self.element.elements("answer")
        ]
        by_word = {word.lower(): (fraction, feedback) for word, fraction, feedback in found}
        if len(found) == 2 and not {"true", "false"} & set(by_word):
            # As in Moodle, the first of two words in another language is true.
            by_word = {word: one[1:] for word, one in zip(("true", "false"), found, strict=True)}
            if [one[0] for one in found] != ["참", "거짓"]:
                self.question.remarks.append(
                    _("Its answers are “%(first)s” and “%(second)s”. The first is taken as true.")
                    % {"first": found[0][0][:40], "second": found[1][0][:40]}
                )
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
        if self.element.text("unitgradingtype").strip() == "0":
            self.question.remarks.append(
                _(
                    "In the file a unit is not graded: any word after the number is right. Here an unknown unit is wrong."
                )
            )
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
        self.check_order()
        for node in self.element.elements("subquestion"):
            left = self.markdown(node, self.text_format())
            # The right side is plain text: Moodle shows it in a menu.
            right = clean(conversion.from_plain(clean(node.text("answer", "text"))))
            if right:
                self.question.pairs.append(Pair(left, right))
            elif left:
                raise UnsupportedQuestion(
                    _("Its right pairs do not match each item on the left with one on the right.")
                )
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
            self.question.remarks.append(moodle_answers.some_items())
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

    def words(self) -> None:
        """Read a question whose words are chosen or dragged into its text: a menu for each place."""
        self.check_order()
        options: list[tuple[str, str]] = []
        for node in self.element.elements("selectoption", "dragbox"):
            html = node.text("text")
            plain = clean(conversion.to_plain(conversion.from_html(clean(html), self.losses)))
            if re.search(r"<\w", html):
                gaps.remark(self.question, gaps.plain_choices())
            options.append((plain, node.text("group").strip() or node.text("draggroup").strip() or "1"))
            if node.name == "dragbox" and node.first("infinite") is None:
                gaps.remark(
                    self.question,
                    _("In the file each word can be used only once. Here each menu has all of its words."),
                )
        asked = self.element.first("questiontext") or Node("questiontext")
        marked = _PLACE.sub(lambda found: self.word(options, int(found[1])), clean(asked.text("text")))
        if not self.question.blanks:
            raise UnsupportedQuestion(_("Its text has no gap."))
        self.question.kind = "fill_in"
        text = Node("text", {}, [marked])
        self.question.text = self.markdown(Node("questiontext", asked.attributes, [text, *asked.elements("file")]))
        self.combined()

    def word(self, options: list[tuple[str, str]], place: int) -> str:
        """Add the menu of the option with this number, and return its mark."""
        if not 0 < place <= len(options):
            raise UnsupportedQuestion(_("It does not say which answer is right."))
        right, group = options[place - 1]
        key = f"blank-{len(self.question.blanks) + 1}"
        texts = [Part(text, correct=text == right) for text, own in options if own == group]
        choices = gaps.menu(texts, is_whole=gaps.plain_choices() not in self.question.remarks)
        self.question.blanks.append(Blank(key, choices=choices))
        return f"{{{{{key}}}}}"

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
        least, most = (self.element.text(name).strip() for name in ("minwordlimit", "maxwordlimit"))
        if least.strip("0") or most.strip("0"):
            question.remarks.append(
                _("Its number of words (from %(least)s to %(most)s) is left out.")
                % {"least": least[:10] or "0", "most": most[:10] or "∞"}
            )
        if self.element.text("maxbytes").strip() not in ("", "0"):
            question.remarks.append(_("Its limit for the size of a file is left out: this site has its own."))
        if self.element.text("attachmentsrequired").strip() not in ("", "0"):
            question.remarks.append(_("Files are required in the file. Here they are optional."))


def _factor(multiplier: Decimal) -> int | float:
    return plain_number(f"{1 / float(multiplier):.12g}")
