"""Read questions from GIFT. docs/question-exchange.md describes the mapping.

Blank lines separate questions, as in Moodle.
"""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange.files import Source
from exchange.gift.escapes import protect, restore, unescape
from exchange.html import conversion
from exchange.html.tree import TextTooLarge
from exchange.items import moodle_answers
from exchange.items.moodle_answers import WHOLE, Answer
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
    check_questions,
    tags_left_out,
)
from exchange.items.values import clean, first_words, number
from exchange.pictures import NoPicture, Pictures

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
_ID = re.compile(r"\[id:((?:[^\]\\]|\\.){1,200})\]")
# The comment that Moodle writes before each question, also before one that GIFT cannot express.
_NAMED = re.compile(r"\s*//\s*question:\s*\d+\s+name:\s*(.+)")
# What a text has only if it is GIFT: a title, a category, a comment of Moodle, a format, or a mark before an answer.
_MARKS = re.compile(
    r"^[ \t]*(?:::[^\n]{1,500}?::|\$CATEGORY:|//[ \t]*(?:question:|\[(?:id|tag):))|\[(?:html|moodle|plain|markdown)\]|"
    r"\{\s*(?:[=~#>]|(?:TRUE|FALSE|[TF])\s*[#}])",
    re.MULTILINE,
)
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,7})?)%")
_ORDERING = re.compile(
    r">\s*(?P<count>\d{0,6})\s*(?P<select>ALL|EXACT|RANDOM|REL|CONTIGUOUS|CONTIG)?\s*(?:HORIZONTAL|HORI|H|1|VERTICAL|VERT|V|0)?\s*"
    r"(?P<rule>ALL_OR_NOTHING|ABSOLUTE_POSITION|ABSOLUTE|ABS|[A-Z_]*RELATIVE[A-Z_]*|LONGEST_[A-Z_]+)?[^\n]*\Z"
)
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
GAP = "_____"


def read(source: Source, *, pictures: Pictures) -> ParsedFile:
    """Return the questions of a file, and the skipped questions with reasons."""
    parsed = ParsedFile("gift", notes=list(source.notes))
    category = ""
    text = _NONCHARACTERS.sub("", source.text)
    # (text, identity, category)
    blocks: list[tuple[str, str, str]] = []
    for block in _BLANK_LINES.split(text):
        # White space at the start of a line means something in code.
        lines = [line.rstrip() for line in block.split("\n")]
        comments = [line for line in lines if line.lstrip().startswith("//")]
        named = next((found for line in comments if (found := _ID.search(line))), None)
        body = "\n".join(line for line in lines if line and not line.lstrip().startswith("//")).strip()
        if body.startswith("$CATEGORY:"):
            line, _break, body = body.partition("\n")
            category = category_path(clean(unescape(protect(line.partition(":")[2]))))
        elif not body:
            parsed.skipped += [
                Skipped(clean(found[1]), _left_empty()) for line in comments if (found := _NAMED.match(line))
            ]
        if body:
            blocks.append((body, named[1].replace("\\]", "]") if named else "", category))
            check_questions(len(blocks))
    for body, identity, place in blocks:
        _read_block(parsed, body, identity, place, pictures)
    tags = re.findall(r"\[tag:((?:[^\]\\\n]|\\.){1,100})\]", "\n".join(re.findall(r"^[ \t]*//.*$", text, re.MULTILINE)))
    parsed.notes += tags_left_out(dict.fromkeys(map(clean, tags)))
    return parsed


def has_marks(text: str) -> bool:
    """Return whether a text is GIFT. Other texts may have braces, too."""
    return _MARKS.search(text) is not None


def _left_empty() -> str:
    return _("The file has only its name: GIFT cannot express this kind of question. Export it as Moodle XML.")


def _read_block(parsed: ParsedFile, body: str, identity: str, category: str, pictures: Pictures) -> None:
    title, rest = _title(protect(body))
    text = _FORMAT.sub("", rest)
    beginning = text.partition("{")[0].strip() or re.sub(r"\{[^}]*\}", f" {GAP} ", text)
    name = clean(identity or title) or first_words(clean(unescape(beginning)))
    try:
        question = _Block(name, rest, pictures).read()
        question.category = category
        parsed.questions.append(question)
    except UnsupportedQuestion as refused:
        parsed.skipped.append(Skipped(name, str(refused)))
    except TextTooLarge:
        parsed.skipped.append(Skipped(name, _("Its text is too long or nested too deeply.")))


def _title(text: str) -> tuple[str, str]:
    if text.startswith("::"):
        title, mark, rest = text[2:].partition("::")
        if mark:
            return " ".join(unescape(title).split()), rest.strip()
    return "", text.strip()


class _Block:
    def __init__(self, name: str, text: str, pictures: Pictures) -> None:
        self.language = pictures.language
        self.pictures = pictures
        self.losses: list[str] = []
        self.format = "moodle"
        self.question = Question(name, "", "")
        self.before, self.answers, self.after = self.split(text)

    def split(self, text: str) -> tuple[str, str, str]:
        """Return (text before the answers, answers, text after them). Raises UnsupportedQuestion."""
        start, end = text.find("{"), text.find("}")
        if start < 0 and end < 0:
            raise UnsupportedQuestion(_("It has no answers in braces, so it is not a question."))
        if start < 0 or end < start:
            raise UnsupportedQuestion(
                _("The braces around its answers do not match, or there is a blank line between them.")
            )
        after = text[end + 1 :]
        if "{" in after or "}" in after:
            raise UnsupportedQuestion(_("It has several sets of answers; GIFT supports one."))
        before = text[:start].lstrip()
        if found := _FORMAT.match(before):
            self.format = found[1]
            before = before[found.end() :]
        return before, text[start + 1 : end].strip(), after if after.strip() else ""

    def read(self) -> Question:
        question, answers = self.question, self.answers
        answers, mark, general = answers.rpartition("####")
        if not mark:
            answers, general = general, ""
        answers = answers.strip()
        text = f"{self.before}{GAP}{self.after}" if self.after else self.before
        question.text = self.converted(text.strip(), self.format)
        self.read_answers(answers)
        moodle_answers.add_general_feedback(question, self.markdown(general))
        if self.losses:
            check_distinct(question)
        question.remarks += self.pictures.take_remarks()
        question.remarks += [_("Left out: %(what)s.") % {"what": loss} for loss in dict.fromkeys(self.losses)]
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
        elif answers.startswith("=") and "->" in answers.partition("#")[0]:
            # A pair has its arrow before any feedback. Feedback may contain one, too.
            self.pairs(answers)
        elif answers.partition("#")[0].strip() in _TRUTHS:
            self.truth(answers)
        else:
            self.typed(answers)

    def markdown(self, text: str) -> str:
        """Convert a text to Markdown. If the text does not begin with its format, it has the format of the question."""
        text = text.strip()
        form = self.format
        if found := _FORMAT.match(text):
            form, text = found[1], text[found.end() :]
        return self.converted(text, form)

    def converted(self, text: str, form: str) -> str:
        text = clean(unescape(text))
        if form == "markdown":
            return clean(conversion.from_markdown(text, self.losses, self.show))
        if form == "plain":
            return clean(conversion.from_plain(text))
        if form == "html":
            return clean(conversion.from_html(text, self.losses, self.show))
        return clean(conversion.from_auto(text, self.losses, self.show))

    def show(self, address: str, alt: str) -> str:
        """Show a picture that stands in the text itself. GIFT has no files."""
        if address.startswith("data:"):
            return self.pictures.take_data(address, alt)
        raise NoPicture(_("It is not in the file"))

    def plain(self, text: str) -> str:
        """Return an answer that students type. It is plain text in every format."""
        text = text.strip()
        found = _FORMAT.match(text)
        return clean(unescape(text[found.end() :] if found else text))

    def hand_in(self) -> None:
        self.question.kind = "hand_in"

    def truth(self, answers: str) -> None:
        word, *feedbacks = answers.split("#", 2)
        wrong, right = ([self.markdown(text) for text in feedbacks] + ["", ""])[:2]
        is_true = _TRUTHS[word.strip()]
        moodle_answers.set_true_false(
            self.question, is_true, right if is_true else wrong, wrong if is_true else right, self.language
        )

    def split_answers(self, answers: str, *, typed: bool = False) -> list[Answer]:
        """Split the answers. Each begins with = or ~, optionally followed by a percentage."""
        check_answers(answers.count("=") + answers.count("~"))
        found = []
        for mark, text in re.findall(r"([=~])([^=~]*)", answers):
            if mark == "~" and not text.strip() and not typed:
                # Teachers write ~= before the right choice. Moodle drops the empty choice that it finds there.
                continue
            # In a choice question Moodle reads a weight only after ~.
            weight = _WEIGHT.match(text.strip()) if typed or mark == "~" else None
            body = text.strip()[weight.end() :] if weight else text
            answer, _mark, feedback = body.partition("#")
            fraction = WHOLE if mark == "=" else Decimal(0)
            found.append(
                Answer(
                    moodle_answers.parse_fraction(weight[1]) if weight else fraction,
                    self.plain(answer) if typed else self.markdown(answer),
                    self.markdown(feedback),
                )
            )
        return found

    def choices(self, answers: str) -> None:
        moodle_answers.set_choices(self.question, self.split_answers(answers), single="=" in answers)

    def typed(self, answers: str) -> None:
        given = self.split_answers(answers if answers.startswith("=") else f"={answers}", typed=True)
        moodle_answers.set_short_answer(self.question, given)
        if self.after:
            self.gap()

    def gap(self) -> None:
        """Make a missing-word question, whose answers are inside its text, a fill-in question with one gap."""
        question = self.question
        if question.text.count(GAP.replace("_", "\\_")) == 1:
            question.text = question.text.replace(GAP.replace("_", "\\_"), "{{blank-1}}")
        elif question.text.count(GAP) == 1:
            question.text = question.text.replace(GAP, "{{blank-1}}")
        else:
            raise UnsupportedQuestion(_("Its text contains a row of underscores in addition to its gap."))
        question.kind = "fill_in"
        question.blanks = [Blank("blank-1", question.accept)]
        if question.wrong:
            question.remarks.append(_("The feedback of single gaps is left out."))
        question.accept, question.wrong = [], []

    def pairs(self, answers: str) -> None:
        check_answers(answers.count("="))
        self.question.kind = "matching"
        for text in answers.split("=")[1:]:
            left, arrow, right = text.partition("->")
            if not arrow:
                raise UnsupportedQuestion(_("One of its pairs has no arrow."))
            # The right side is plain text, and has no format: Moodle shows it in a menu.
            right = clean(unescape(right.strip()))
            self.question.pairs.append(Pair(self.markdown(left), clean(conversion.from_plain(right))))

    def ordering(self, answers: str) -> None:
        head, *items = answers.split("\n")
        check_answers(len(items))
        found = _ORDERING.match(head)
        if found is None:
            raise UnsupportedQuestion(_("Its items to be ordered cannot be read."))
        rule = found["rule"] or ""
        self.question.kind = "ordering"
        if found["select"] not in (None, "ALL", "EXACT") and int(found["count"] or 0) < sum(
            map(bool, map(str.strip, items))
        ):
            self.question.remarks.append(moodle_answers.some_items())
        self.question.credit = "all" if rule == "ALL_OR_NOTHING" else "partial"
        if rule and not rule.startswith(("ALL_OR_NOTHING", "ABS")):
            self.question.remarks.append(
                _("It is graded as %(rule)s in the file. Here each item in its right position earns points.")
                % {"rule": rule[:40]}
            )
        # Moodle does not interpret escapes in the lines of items.
        self.question.parts = [Part(self.markdown(_protect_backslashes(item))) for item in items if item.strip()]

    def number(self, answers: str) -> None:
        right, mark, wrong = answers.partition("~")
        body = right.strip()
        given = self.split_answers(body if body.startswith("=") else f"={body}", typed=True) if body else []
        for answer in given:
            answer.text, answer.tolerance = _interval(answer.text)
        if mark:
            given.append(Answer(Decimal(0), "*", self.markdown(wrong.partition("#")[2])))
        moodle_answers.set_numeric(self.question, given)


def _protect_backslashes(item: str) -> str:
    return protect(restore(item).replace("\\", "\\\\"))


def _interval(text: str) -> tuple[str, str]:
    """Return the value and the tolerance of a text such as 3:0.5, 2.5..3.5 or 3."""
    low, dots, high = text.partition("..")
    if not dots:
        value, _colon, tolerance = text.partition(":")
        return value.strip(), tolerance.strip()
    try:
        least, most = number(low), number(high)
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("“%(text)s” is not a number.") % {"text": text[:40]}) from error
    return str((least + most) / 2), str(abs(most - least) / 2)
