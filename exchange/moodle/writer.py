"""Write questions as Moodle XML in Moodle's own layout. What Moodle XML cannot express is reported as a loss."""

import base64
import re
from decimal import Decimal

from django.utils.translation import gettext as _

from common.markup import plain_xml
from common.markup.plain_xml import Node
from exchange.exported_pictures import Figures
from exchange.html import conversion
from exchange.items import gaps
from exchange.items.questions import ExportedFile, Part, Question, UnsupportedQuestion, compared_differently
from exchange.items.values import decimal_text, moodle_weights
from exchange.moodle import cloze

# The address of an attached file, and its name in a text.
_ADDRESS = "@@PLUGINFILE@@/"
_SHOWN = re.compile(r'src="@@PLUGINFILE@@/([A-Za-z0-9._-]+)"')


def write(
    questions: list[Question], *, language: str, name: str, files: dict[str, bytes] | None = None
) -> ExportedFile:
    """Return one file with all questions that Moodle XML can express. `files` are the figures of their texts."""
    figures = Figures(files or {}, _ADDRESS)
    root = Node("quiz")
    losses: list[tuple[str, str]] = []
    for question in questions:
        writer = _Question(question, language, figures)
        try:
            root.children.append(writer.write())
        except UnsupportedQuestion as refused:
            losses.append((question.name, _("left out: %(why)s") % {"why": refused}))
            continue
        losses += [(question.name, loss) for loss in dict.fromkeys(writer.losses)]
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{plain_xml.write(root)}\n'
    return ExportedFile(f"{name}.{language}.moodle.xml", "application/xml", text.encode(), losses)


def _leaf(name: str, text: str, **attributes: str) -> Node:
    return Node(name, attributes, [text] if text else [])


class _Question:
    def __init__(self, question: Question, language: str, figures: Figures) -> None:
        self.question = question
        self.language = language
        self.figures = figures
        self.losses: list[str] = []

    def html(self, markdown: str) -> str:
        named: list[str] = []
        html = (
            conversion.to_html(markdown, language=self.language, losses=named, figures=self.figures) if markdown else ""
        )
        self.losses += [_("left out: %(what)s") % {"what": what} for what in named]
        return html

    def plain(self, markdown: str) -> str:
        words = conversion.to_plain(markdown)
        if not conversion.renders_same(conversion.from_plain(words), markdown):
            self.losses.append(_("the formatting of “%(text)s”: in the file it is plain text") % {"text": words[:60]})
        return words

    def text(self, name: str, markdown: str, **attributes: str) -> Node:
        return self.element(name, self.html(markdown), format="html", **attributes)

    def element(self, name: str, text: str, **attributes: str) -> Node:
        return Node(name, attributes, [_leaf("text", text), *self.attached(text)])

    def html_with_files(self, markdown: str) -> list[Node | str]:
        html = self.html(markdown)
        return [_leaf("text", html), *self.attached(html)]

    def attached(self, text: str) -> list[Node]:
        """Return the files of the pictures in a text of HTML. Moodle takes only those beside the text that shows them."""
        return [
            Node(
                "file",
                {"name": name, "path": "/", "encoding": "base64"},
                [base64.b64encode(self.figures.files[name]).decode()],
            )
            for name in dict.fromkeys(_SHOWN.findall(text))
            if name in self.figures.files
        ]

    def write(self) -> Node:
        question = self.question
        kinds = {
            "single_choice": ("multichoice", self.choices),
            "multiple_choice": ("multichoice", self.choices),
            "short_answer": ("shortanswer", self.typed),
            "numeric": ("numerical", self.number),
            "matching": ("matching", self.pairs),
            "ordering": ("ordering", self.items),
            "fill_in": ("cloze", self.nothing),
            "hand_in": ("essay", self.hand_in),
        }
        if question.kind not in kinds:
            raise UnsupportedQuestion(_("There is no such kind of question in Moodle."))
        kind, write = kinds[question.kind]
        self.losses += compared_differently(question)
        text = self.html(question.text)
        if kind == "cloze":
            text = self.with_gaps(text)
        head = [
            self.element("name", question.name),
            self.element("questiontext", text, format="html"),
            self.text("generalfeedback", self.general()),
            *([] if kind == "cloze" else [_leaf("defaultgrade", decimal_text(question.points or "1"))]),
            _leaf("penalty", "0"),
            _leaf("hidden", "0"),
            _leaf("idnumber", question.name),
        ]
        return Node("question", {"type": kind}, [*head, *write()])

    def general(self) -> str:
        """Return the general feedback, for kinds that have no other feedback in Moodle; "" for all other kinds."""
        if self.question.kind not in ("fill_in", "hand_in"):
            return ""
        right, wrong = self.question.correct_feedback or "", self.question.incorrect_feedback or ""
        if right != wrong:
            self.losses.append(_("the feedback: in the file it is the same for right and wrong answers"))
            return ""
        return right

    def nothing(self) -> list[Node | str]:
        return []

    def combined(self) -> list[Node | str]:
        return [
            self.text("correctfeedback", self.question.correct_feedback or ""),
            self.text("partiallycorrectfeedback", ""),
            self.text("incorrectfeedback", self.question.incorrect_feedback or ""),
        ]

    def choices(self) -> list[Node | str]:
        question = self.question
        single = question.kind == "single_choice"
        right = sum(part.correct for part in question.parts)
        wrong = len(question.parts) - right
        gain, loss = Decimal(100), Decimal(0)
        if not single:
            gain, loss, exact = moodle_weights(right, wrong, question.credit or "all")
            self.check_weights(wrong, exact)
        return [
            _leaf("single", "true" if single else "false"),
            _leaf("shuffleanswers", "true" if question.shuffle else "false"),
            _leaf("answernumbering", "abc"),
            _leaf("showstandardinstruction", "0"),
            *self.combined(),
            *(
                self.answer(self.html(part.text), gain if part.correct else loss, part.feedback)
                for part in question.parts
            ),
        ]

    def check_weights(self, wrong: int, exact: bool) -> None:
        if self.question.credit != "partial":
            if wrong < 2:
                self.losses.append(_("all-or-nothing grading: in the file a part of the right choices earns points"))
            else:
                self.losses.append(
                    _("all-or-nothing grading: in the file some of the right choices earn a part of the points")
                )
        if not exact:
            self.losses.append(_("its exact percentages: Moodle has none for so many choices"))

    def answer(
        self, text: str, fraction: Decimal, feedback: str, *, form: str = "html", more: list[Node] | None = None
    ) -> Node:
        attributes = {"fraction": decimal_text(round(fraction, 5)), "format": form}
        inside = [_leaf("text", text), *self.attached(text), self.text("feedback", feedback), *(more or [])]
        return Node("answer", attributes, list(inside))

    def typed(self) -> list[Node | str]:
        question = self.question
        answers: list[Node | str] = [_leaf("usecase", "0")]
        answers += [
            self.answer(_literal(text), Decimal(100), question.correct_feedback or "", form="moodle_auto_format")
            for text in question.accept
        ]
        for group in question.wrong:
            answers += [
                self.answer(_literal(text), Decimal(0), group.feedback, form="moodle_auto_format")
                for text in group.answers
            ]
        if question.incorrect_feedback:
            answers.append(self.answer("*", Decimal(0), question.incorrect_feedback, form="moodle_auto_format"))
        return answers

    def number(self) -> list[Node | str]:
        question, extra = self.question, self.question.extra
        if not extra.get("unit_required"):
            self.losses.append(_("which units are right: Moodle takes any word after the number"))
        tolerance = _leaf("tolerance", decimal_text(extra.get("tolerance", 0)))
        answers: list[Node | str] = [
            self.answer(
                decimal_text(extra["value"]),
                Decimal(100),
                question.correct_feedback or "",
                form="moodle_auto_format",
                more=[tolerance],
            )
        ]
        if question.incorrect_feedback:
            zero = [_leaf("tolerance", "0")]
            answers.append(
                self.answer("*", Decimal(0), question.incorrect_feedback, form="moodle_auto_format", more=zero)
            )
        if not extra.get("unit"):
            return [*answers, _leaf("unitgradingtype", "0"), _leaf("unitpenalty", "0.1"), _leaf("showunits", "3")]
        units = [_unit(extra["unit"], "1")]
        units += [_unit(name, f"{1 / float(factor):.12g}") for name, factor in extra.get("units", {}).items()]
        required = bool(extra.get("unit_required"))
        return [
            *answers,
            Node("units", {}, list(units)),
            _leaf("unitgradingtype", "1" if required else "0"),
            _leaf("unitpenalty", "1" if required else "0.1"),
            _leaf("showunits", "0"),
            _leaf("unitsleft", "0"),
        ]

    def pairs(self) -> list[Node | str]:
        if self.question.credit != "partial":
            self.losses.append(_("all-or-nothing grading: in the file each right pair earns points"))
        return [
            _leaf("shuffleanswers", "true" if self.question.shuffle else "false"),
            *self.combined(),
            *(
                Node(
                    "subquestion",
                    {"format": "html"},
                    [*self.html_with_files(pair.left), self.element("answer", self.plain(pair.right))],
                )
                for pair in self.question.pairs
            ),
        ]

    def items(self) -> list[Node | str]:
        question = self.question
        return [
            _leaf("layouttype", "VERTICAL"),
            _leaf("selecttype", "ALL"),
            _leaf("selectcount", str(len(question.parts))),
            _leaf("gradingtype", "ABSOLUTE_POSITION" if question.credit == "partial" else "ALL_OR_NOTHING"),
            _leaf("showgrading", "SHOW"),
            _leaf("numberingstyle", "none"),
            *self.combined(),
            # Without it Moodle 4.5 cannot store the question, and its import stops.
            Node("shownumcorrect"),
            *(self.item(number, part) for number, part in enumerate(question.parts, 1)),
        ]

    def item(self, number: int, part: Part) -> Node:
        return Node("answer", {"fraction": f"{number}.0000000", "format": "html"}, self.html_with_files(part.text))

    def with_gaps(self, html: str) -> str:
        """Return the text with its gaps in cloze syntax. The weight of each gap is its share of the points."""
        question = self.question
        weight, rest = divmod(Decimal(question.points or "1"), len(question.blanks))
        if rest or weight < 1:
            self.losses.append(_("its points: in Moodle each gap is worth a whole number of points"))
            weight = Decimal(1)
        if question.credit != "partial":
            self.losses.append(_("all-or-nothing grading: in the file each right gap earns points"))
        self.losses += gaps.losses(question)
        for blank in question.blanks:
            html = html.replace(f"{{{{{blank.key}}}}}", cloze.write(blank, int(weight), shuffle=question.shuffle))
        return html

    def hand_in(self) -> list[Node | str]:
        extra = self.question.extra
        files = extra.get("files", {"max": 0})
        if extra.get("rubric"):
            self.losses.append(_("the rubric; it stays here when the file is imported again"))
        if files.get("types"):
            self.losses.append(_("which kinds of files it takes"))
        text = extra.get("text", True)
        return [
            _leaf("responseformat", "editor" if text else "noinline"),
            _leaf("responserequired", "1" if text else "0"),
            _leaf("responsefieldlines", "15"),
            _leaf("attachments", str(files["max"])),
            _leaf("attachmentsrequired", "0" if text else "1"),
            self.text("graderinfo", extra.get("notes", "")),
            self.text("responsetemplate", ""),
        ]


def _unit(name: str, multiplier: str) -> Node:
    return Node("unit", {}, [_leaf("multiplier", multiplier), _leaf("unit_name", name)])


def _literal(text: str) -> str:
    return text.replace("*", "\\*")
