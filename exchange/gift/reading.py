"""Owns how GIFT becomes questions. Blocks are parted by blank lines, as in Moodle. Mapping: docs/question-exchange.md."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange import moodle_rules
from exchange.files import Source
from exchange.gift.escapes import hold, raw, show
from exchange.html import conversion
from exchange.html.tree import TooDeep
from exchange.moodle_rules import WHOLE, Answer
from exchange.shape import Blank, NotBrought, Pair, Part, Question, Reading, Skipped, clean, first_words, number

_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
_ID = re.compile(r"\[id:((?:[^\]\\]|\\.){1,200})\]")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,7})?)%")
_ORDERING = re.compile(
    r">\s*\d*\s*(?P<select>ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?\s*(?:HORIZONTAL|HORI|H|1|VERTICAL|VERT|V|0)?\s*"
    r"(?P<rule>ALL_OR_NOTHING|ABSOLUTE_POSITION|ABSOLUTE|ABS|[A-Z_]*RELATIVE[A-Z_]*|LONGEST_[A-Z_]+)?[^\n]*\Z"
)
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
GAP = "_____"


def read(source: Source, *, language: str) -> Reading:
    """The questions of a file."""
    reading = Reading("gift", notes=list(source.notes))
    categories = False
    text = _NONCHARACTERS.sub("", source.text)
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line.strip() for line in block.split("\n")]
        named = next((found for line in lines if line.startswith("//") and (found := _ID.search(line))), None)
        body = "\n".join(line for line in lines if line and not line.startswith("//"))
        if body.startswith("$CATEGORY:"):
            categories = True
            _line, _break, body = body.partition("\n")
        if body:
            _read_block(reading, body, named[1].replace("\\]", "]") if named else "", language)
    if categories:
        reading.notes.append(_("Categories are left out: a quiz has none."))
    return reading


def _read_block(reading: Reading, body: str, identity: str, language: str) -> None:
    title, rest = _title(hold(body))
    name = clean(identity or title) or first_words(clean(show(_FORMAT.sub("", rest).partition("{")[0])))
    try:
        reading.questions.append(_Block(name, rest, language).read())
    except NotBrought as refused:
        reading.skipped.append(Skipped(name, str(refused)))
    except TooDeep:
        reading.skipped.append(Skipped(name, _("Its text is too long or nested too deeply.")))


def _title(text: str) -> tuple[str, str]:
    if text.startswith("::"):
        title, mark, rest = text[2:].partition("::")
        if mark:
            return " ".join(show(title).split()), rest.strip()
    return "", text.strip()


class _Block:
    def __init__(self, name: str, text: str, language: str) -> None:
        self.language = language
        self.losses: list[str] = []
        self.format = "moodle"
        self.question = Question(name, "", "")
        self.before, self.answers, self.after = self.parts(text)

    def parts(self, text: str) -> tuple[str, str, str]:
        """The text before the answers, the answers, the text after them."""
        start, end = text.find("{"), text.find("}")
        if start < 0 and end < 0:
            raise NotBrought(_("It has no answers in braces: it is a text between questions."))
        if start < 0 or end < start:
            raise NotBrought(_("The braces around its answers do not match, or a blank line parts them."))
        after = text[end + 1 :]
        if "{" in after or "}" in after:
            raise NotBrought(_("It has several sets of answers; GIFT knows one."))
        before = text[:start].lstrip()
        if told := _FORMAT.match(before):
            self.format = told[1]
            before = before[told.end() :]
        return before, text[start + 1 : end].strip(), after if after.strip() else ""

    def read(self) -> Question:
        question, answers = self.question, self.answers
        answers, mark, general = answers.rpartition("####")
        if not mark:
            answers, general = general, ""
        answers = answers.strip()
        question.text = self.markdown(f"{self.before}{GAP}{self.after}" if self.after else self.before)
        self.read_answers(answers)
        moodle_rules.say_to_all(question, self.markdown(general))
        question.remarks += [_("Left out: %(what)s.") % {"what": loss} for loss in self.losses]
        return question

    def read_answers(self, answers: str) -> None:
        if not answers:
            self.hand_in()
        elif answers.startswith("#"):
            self.number(answers[1:])
        elif answers.startswith(">"):
            self.ordering(answers)
        elif "~" in answers:
            self.choices(answers)
        elif answers.startswith("=") and "->" in answers:
            self.pairs(answers)
        elif answers.partition("#")[0].strip() in _TRUTHS:
            self.truth(answers)
        else:
            self.typed(answers)

    def markdown(self, text: str) -> str:
        """A piece of text in Markdown: in its own format if it names one, else in the question's."""
        text = text.strip()
        form = self.format
        if told := _FORMAT.match(text):
            form, text = told[1], text[told.end() :]
        text = clean(show(text))
        if form == "markdown":
            return clean(conversion.from_markdown(text, self.losses))
        if form == "plain":
            return clean(conversion.from_plain(text))
        if form == "html":
            return clean(conversion.from_html(text, self.losses))
        return clean(conversion.from_auto(text, self.losses))

    def plain(self, text: str) -> str:
        """What students type: plain text, whatever the format."""
        text = text.strip()
        told = _FORMAT.match(text)
        return clean(show(text[told.end() :] if told else text))

    def hand_in(self) -> None:
        self.question.kind = "hand_in"

    def truth(self, answers: str) -> None:
        word, *said = answers.split("#", 2)
        wrong, right = ([self.markdown(text) for text in said] + ["", ""])[:2]
        is_true = _TRUTHS[word.strip()]
        moodle_rules.true_or_false(
            self.question, is_true, right if is_true else wrong, wrong if is_true else right, self.language
        )

    def each(self, answers: str, *, typed: bool = False) -> list[Answer]:
        """The answers that begin with = or ~, a percentage after it if they have one."""
        found = []
        for mark, text in re.findall(r"([=~])([^=~]*)", answers):
            weight = _WEIGHT.match(text.strip())
            body = text.strip()[weight.end() :] if weight else text
            answer, _mark, feedback = body.partition("#")
            fraction = WHOLE if mark == "=" else Decimal(0)
            found.append(
                Answer(
                    moodle_rules.fraction_of(weight[1]) if weight else fraction,
                    self.plain(answer) if typed else self.markdown(answer),
                    self.markdown(feedback),
                )
            )
        return found

    def choices(self, answers: str) -> None:
        moodle_rules.choose_kind(self.question, self.each(answers), single="=" in answers)

    def typed(self, answers: str) -> None:
        given = self.each(answers if answers.startswith("=") else f"={answers}", typed=True)
        moodle_rules.typed(self.question, given)
        if self.after:
            self.gap()

    def gap(self) -> None:
        """GIFT's missing word: a typed answer in the middle of its text."""
        question = self.question
        if question.text.count(GAP.replace("_", "\\_")) == 1:
            question.text = question.text.replace(GAP.replace("_", "\\_"), "{{blank-1}}")
        elif question.text.count(GAP) == 1:
            question.text = question.text.replace(GAP, "{{blank-1}}")
        else:
            raise NotBrought(_("Its text holds a row of underscores beside its gap."))
        question.kind = "fill_in"
        question.blanks = [Blank("blank-1", question.accept)]
        if question.wrong:
            question.remarks.append(_("The feedback of single gaps is left out."))
        question.accept, question.wrong = [], []

    def pairs(self, answers: str) -> None:
        self.question.kind = "matching"
        for text in answers.split("=")[1:]:
            left, arrow, right = text.partition("->")
            if not arrow:
                raise NotBrought(_("One of its pairs has no arrow."))
            # The right side is plain text: Moodle shows it in a menu.
            self.question.pairs.append(Pair(self.markdown(left), clean(conversion.from_plain(self.plain(right)))))

    def ordering(self, answers: str) -> None:
        head, *items = answers.split("\n")
        told = _ORDERING.match(head)
        if told is None:
            raise NotBrought(_("Its things to be ordered cannot be read."))
        rule = told["rule"] or ""
        self.question.kind = "ordering"
        self.question.credit = "all" if rule == "ALL_OR_NOTHING" else "partial"
        if rule and not rule.startswith(("ALL_OR_NOTHING", "ABS")):
            self.question.remarks.append(
                _("It is graded as %(rule)s there; here each thing at its right place counts.") % {"rule": rule[:40]}
            )
        # Moodle takes these lines as they stand: nothing is escaped in them.
        self.question.parts = [Part(self.markdown(hold_nothing(item))) for item in items if item.strip()]

    def number(self, answers: str) -> None:
        right, mark, wrong = answers.partition("~")
        body = right.strip()
        given = self.each(body if body.startswith("=") else f"={body}", typed=True) if body else []
        for answer in given:
            answer.text, answer.tolerance = _interval(answer.text)
        if mark:
            given.append(Answer(Decimal(0), "*", self.markdown(wrong.partition("#")[2])))
        moodle_rules.numbers(self.question, given)


def hold_nothing(item: str) -> str:
    return hold(raw(item).replace("\\", "\\\\"))


def _interval(text: str) -> tuple[str, str]:
    """The value and the tolerance of 3:0.5, 2.5..3.5 or 3."""
    low, dots, high = text.partition("..")
    if not dots:
        value, _colon, tolerance = text.partition(":")
        return value.strip(), tolerance.strip()
    try:
        least, most = number(low), number(high)
    except InvalidOperation as error:
        raise NotBrought(_("“%(text)s” is no number.") % {"text": text[:40]}) from error
    return str((least + most) / 2), str(abs(most - least) / 2)
