"""Write questions as GIFT, with texts in Markdown. What GIFT cannot express is reported as a loss."""

import re
from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from common.markup import formulas
from exchange.gift.escapes import escape
from exchange.html import conversion
from exchange.items.questions import ExportedFile, Question, UnsupportedQuestion, compared_differently
from exchange.items.values import decimal_text, moodle_weights

# What is not read as the text of an item: a comment, a line that counts as blank, a format, braces and breaks, escaped signs.
_NO_ITEM = re.compile(r"\s*(?://|0\s*\Z|\[(?:html|moodle|plain|markdown)\])")
_SIGNS = re.compile(r"[{}\n]|\\[:#=~n\\]")
# Beginnings that would be taken for a format and for a weight. gift-pegjs refuses a file with a "%" that begins no weight.
_FORMAT = re.compile(r"\s*\[(?:html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"\s*%")
# What Markdown of Moodle takes for its own in a formula: marks of emphasis, and a backslash before a sign.
_OF_MARKDOWN = re.compile(r"[*_]|\\[\\{}()\[\]#+.!-]")


def write(
    questions: list[Question], *, language: str, name: str, files: dict[str, bytes] | None = None
) -> ExportedFile:
    """Return one file with all questions that GIFT can express. It has no files, so pictures are losses."""
    blocks: list[str] = []
    losses: list[tuple[str, str]] = []
    for question in questions:
        writer = _Question(question, language)
        try:
            blocks.append(writer.write())
        except UnsupportedQuestion as refused:
            losses.append((question.name, _("left out: %(why)s") % {"why": refused}))
            continue
        losses += [(question.name, loss) for loss in dict.fromkeys(writer.losses)]
    text = "\n\n".join(blocks) + "\n"
    return ExportedFile(f"{name}.{language}.gift.txt", "text/plain; charset=utf-8", text.encode(), losses)


class _Question:
    def __init__(self, question: Question, language: str) -> None:
        self.question = question
        self.language = language
        self.losses: list[str] = []

    def text(self, markdown: str) -> str:
        """Return the escaped text. Its pictures and its links inside the course are added to the losses."""
        named: list[str] = []
        conversion.to_html(markdown, language=self.language, losses=named)
        self.losses += [_("does not work in another system: %(what)s") % {"what": what} for what in named]
        self.losses += [
            _("Moodle's Markdown reads the signs of the formula %(formula)s as its own") % {"formula": found[0][:60]}
            for found in formulas.MARK.finditer(markdown)
            if _OF_MARKDOWN.search(found[1])
        ]
        return escape(markdown)

    def part(self, markdown: str) -> str:
        """Return the escaped text of a choice or a feedback, with its format if it begins like a format or a weight."""
        begins = _FORMAT.match(markdown) or _WEIGHT.match(markdown)
        return f"[markdown]{self.text(markdown)}" if begins else self.text(markdown)

    def plain(self, markdown: str) -> str:
        words = conversion.to_plain(markdown)
        if not conversion.renders_same(conversion.from_plain(words), markdown):
            self.losses.append(_("the formatting of “%(text)s”: in the file it is plain text") % {"text": words[:60]})
        return escape(words)

    def write(self) -> str:
        question = self.question
        writers: dict[str, Callable[[], str]] = {
            "single_choice": self.choices,
            "multiple_choice": self.choices,
            "short_answer": self.typed,
            "numeric": self.number,
            "matching": self.pairs,
            "ordering": self.items,
            "fill_in": self.typed,
            "hand_in": self.hand_in,
        }
        if question.kind not in writers:
            raise UnsupportedQuestion(_("There is no such kind of question in GIFT."))
        self.losses += compared_differently(question)
        if not question.shuffle and question.kind in ("single_choice", "multiple_choice", "matching"):
            self.losses.append(_("the order of its choices: GIFT has none, so they are shuffled"))
        if question.points is not None and Decimal(question.points) != 1:
            self.losses.append(_("its points: GIFT has none"))
        head = f"// [id:{question.name}]\n::{escape(question.name)}::[markdown]"
        if question.kind == "fill_in":
            before, after = self.around_gap()
            return f"{head}{before}{{\n{writers[question.kind]()}\n}}{after}"
        return f"{head}{self.text(question.text)}{{{writers[question.kind]()}\n}}"

    def around_gap(self) -> tuple[str, str]:
        if len(self.question.blanks) != 1:
            raise UnsupportedQuestion(_("GIFT supports one gap in a text, and it has several."))
        if not self.question.blanks[0].accept:
            # Both would be read as a question of another kind, with a line in its text.
            raise UnsupportedQuestion(_("In a text GIFT has words to type, but no menus and no numbers."))
        before, _mark, after = self.question.text.partition(f"{{{{{self.question.blanks[0].key}}}}}")
        if not after.strip():
            raise UnsupportedQuestion(_("GIFT does not support a gap at the end of a text."))
        if "____" in before + after:
            raise UnsupportedQuestion(_("Its text contains a row of underscores in addition to its gap."))
        self.text(self.question.text)
        # Some readers look for a format behind the gap, too.
        if _FORMAT.match(after):
            after = after.replace("[", "\\[", 1)
        return escape(before), escape(after)

    def feedback(self, feedback: str | None) -> str:
        return f"#{self.part(feedback)}" if feedback else ""

    def feedback_of_typed(self, feedback: str | None) -> str:
        """Return the feedback of a typed answer: an arrow anywhere in it would make a matching question of it in Moodle."""
        if not feedback or "->" not in feedback:
            return self.feedback(feedback)
        hidden = feedback.replace("->", "-\\>")
        if conversion.renders_same(hidden, feedback):
            return self.feedback(hidden)
        self.losses.append(_("a feedback with an arrow in code"))
        return ""

    def choices(self) -> str:
        question = self.question
        right = sum(part.correct for part in question.parts)
        wrong = len(question.parts) - right
        marks = ("=", "~")
        if question.kind == "multiple_choice":
            gain, loss, exact = moodle_weights(right, wrong, question.credit or "all")
            if not exact:
                self.losses.append(_("its exact percentages: Moodle has none for so many choices"))
            marks = (f"~%{decimal_text(round(gain, 5))}%", f"~%{decimal_text(round(loss, 5))}%")
            if question.credit != "partial":
                self.losses.append(_("all-or-nothing grading: in the file a part of the right choices earns points"))
        lines = [
            f"\t{marks[0 if part.correct else 1]}{self.part(part.text)}{self.feedback(part.feedback)}"
            for part in question.parts
        ]
        return "\n" + "\n".join(lines)

    def typed(self) -> str:
        question = self.question
        accept = question.blanks[0].accept if question.kind == "fill_in" else question.accept
        if any("->" in text for text in [*accept, *(text for group in question.wrong for text in group.answers)]):
            raise UnsupportedQuestion(
                _("One of its answers contains an arrow, which makes a matching question in GIFT.")
            )
        right = self.feedback_of_typed(question.correct_feedback)
        lines = [f"\t={'%100%' if _WEIGHT.match(text) else ''}{_literal(text)}{right}" for text in accept]
        for group in question.wrong:
            lines += [f"\t=%0%{_literal(text)}{self.feedback_of_typed(group.feedback)}" for text in group.answers]
        if question.incorrect_feedback:
            lines.append(f"\t=%0%*{self.feedback_of_typed(question.incorrect_feedback)}")
        return ("" if question.kind == "fill_in" else "\n") + "\n".join(lines)

    def number(self) -> str:
        extra = self.question.extra
        if extra.get("unit"):
            self.losses.append(_("its units: GIFT has none"))
        tolerance = decimal_text(extra.get("tolerance", 0))
        right = f"\t={decimal_text(extra['value'])}:{tolerance}{self.feedback(self.question.correct_feedback)}"
        wrong = f"\n\t~{self.feedback(self.question.incorrect_feedback)}" if self.question.incorrect_feedback else ""
        return f"#\n{right}{wrong}"

    def pairs(self) -> str:
        if self.question.credit != "partial":
            self.losses.append(_("all-or-nothing grading: in the file each right pair earns points"))
        self.add_feedback_loss()
        if any("->" in pair.left for pair in self.question.pairs):
            raise UnsupportedQuestion(_("A left side contains an arrow, which separates the sides of a pair in GIFT."))
        lines = [f"\t={self.part(pair.left)} -> {self.plain(pair.right)}" for pair in self.question.pairs]
        return "\n" + "\n".join(lines)

    def items(self) -> str:
        question = self.question
        self.add_feedback_loss()
        if any(_NO_ITEM.match(part.text) or _SIGNS.search(part.text) for part in question.parts):
            raise UnsupportedQuestion(
                _("One of its items has signs that cannot stand in an item to be ordered in GIFT.")
            )
        rule = "ABSOLUTE_POSITION" if question.credit == "partial" else "ALL_OR_NOTHING"
        lines = [f">{len(question.parts)} ALL VERTICAL {rule} SHOW none", *(part.text for part in question.parts)]
        return "\n".join(lines)

    def hand_in(self) -> str:
        extra = self.question.extra
        self.add_feedback_loss()
        if any(extra.get(name) for name in ("rubric", "notes")) or extra.get("files", {}).get("max"):
            self.losses.append(_("the rubric, the notes and the files; they stay here when the file is imported again"))
        return ""

    def add_feedback_loss(self) -> None:
        if self.question.correct_feedback or self.question.incorrect_feedback:
            self.losses.append(_("its feedback: GIFT has none for this kind"))


def _literal(text: str) -> str:
    literal = escape(text.replace("*", "\\*"))
    return f"[plain]{literal}" if _FORMAT.match(text) else literal
