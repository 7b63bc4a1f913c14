"""Owns how questions become GIFT, whose texts stay Markdown. What it cannot say is told, question by question."""

import re
from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from exchange.gift.escapes import escape
from exchange.html import conversion
from exchange.shape import Export, NotBrought, Question, decimal_text, weights_of

_BRACES = re.compile(r"[{}\n]")


def write(questions: list[Question], *, language: str, name: str) -> Export:
    """One file of all the questions."""
    blocks: list[str] = []
    losses: list[tuple[str, str]] = []
    for question in questions:
        writer = _Question(question, language)
        try:
            blocks.append(writer.write())
        except NotBrought as refused:
            losses.append((question.name, _("left out: %(why)s") % {"why": refused}))
            continue
        losses += [(question.name, loss) for loss in dict.fromkeys(writer.losses)]
    text = "\n\n".join(blocks) + "\n"
    return Export(f"{name}.{language}.gift.txt", "text/plain; charset=utf-8", text.encode(), losses)


class _Question:
    def __init__(self, question: Question, language: str) -> None:
        self.question = question
        self.language = language
        self.losses: list[str] = []

    def text(self, markdown: str) -> str:
        """A text, escaped; what it names of this site is told."""
        named: list[str] = []
        conversion.to_html(markdown, language=self.language, losses=named)
        self.losses += [_("leads nowhere there: %(what)s") % {"what": what} for what in named]
        return escape(markdown)

    def plain(self, markdown: str) -> str:
        words = conversion.plain(markdown)
        if not conversion.same(conversion.from_plain(words), markdown):
            self.losses.append(_("the marks in “%(text)s”: there it is plain text") % {"text": words[:60]})
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
            raise NotBrought(_("There is no such kind of question in GIFT."))
        if question.points is not None and Decimal(question.points) != 1:
            self.losses.append(_("its points: GIFT has none"))
        head = f"// [id:{question.name}]\n::{escape(question.name)}::[markdown]"
        if question.kind == "fill_in":
            before, after = self.around_gap()
            return f"{head}{before}{{\n{writers[question.kind]()}\n}}{after}"
        return f"{head}{self.text(question.text)}{{{writers[question.kind]()}\n}}"

    def around_gap(self) -> tuple[str, str]:
        if len(self.question.blanks) != 1:
            raise NotBrought(_("GIFT knows one gap in a text, and it has several."))
        before, _mark, after = self.question.text.partition(f"{{{{{self.question.blanks[0].key}}}}}")
        if not after.strip():
            raise NotBrought(_("GIFT knows no gap at the end of a text."))
        if "____" in before + after:
            raise NotBrought(_("Its text holds a row of underscores beside its gap."))
        self.text(self.question.text)
        return escape(before), escape(after)

    def said(self, feedback: str | None) -> str:
        return f"#{self.text(feedback)}" if feedback else ""

    def choices(self) -> str:
        question = self.question
        right = sum(part.correct for part in question.parts)
        wrong = len(question.parts) - right
        marks = ("=", "~")
        if question.kind == "multiple_choice":
            gain, loss = weights_of(right, wrong, question.credit or "all")
            marks = (f"~%{decimal_text(round(gain, 5))}%", f"~%{decimal_text(round(loss, 5))}%")
            if question.credit != "partial":
                self.losses.append(_("that it counts as a whole: there a part of the right choices earns points"))
        lines = [
            f"\t{marks[0 if part.correct else 1]}{self.text(part.text)}{self.said(part.feedback)}"
            for part in question.parts
        ]
        return "\n" + "\n".join(lines)

    def typed(self) -> str:
        question = self.question
        accept = question.blanks[0].accept if question.kind == "fill_in" else question.accept
        lines = [f"\t={_literal(text)}{self.said(question.correct_feedback)}" for text in accept]
        for group in question.wrong:
            lines += [f"\t=%0%{_literal(text)}{self.said(group.feedback)}" for text in group.answers]
        if question.incorrect_feedback:
            lines.append(f"\t=%0%*{self.said(question.incorrect_feedback)}")
        return ("" if question.kind == "fill_in" else "\n") + "\n".join(lines)

    def number(self) -> str:
        more = self.question.more
        if more.get("unit"):
            self.losses.append(_("its units: GIFT has none"))
        tolerance = decimal_text(more.get("tolerance", 0))
        right = f"\t={decimal_text(more['value'])}:{tolerance}{self.said(self.question.correct_feedback)}"
        wrong = f"\n\t~{self.said(self.question.incorrect_feedback)}" if self.question.incorrect_feedback else ""
        return f"#\n{right}{wrong}"

    def pairs(self) -> str:
        if self.question.credit != "partial":
            self.losses.append(_("that it counts as a whole: there each right pair earns points"))
        self.lose_feedback()
        if any("->" in pair.left for pair in self.question.pairs):
            raise NotBrought(_("A left side holds an arrow, which parts the sides of a pair in GIFT."))
        lines = [f"\t={self.text(pair.left)} -> {self.plain(pair.right)}" for pair in self.question.pairs]
        return "\n" + "\n".join(lines)

    def items(self) -> str:
        question = self.question
        self.lose_feedback()
        if any(_BRACES.search(part.text) for part in question.parts):
            raise NotBrought(_("One of its things holds a brace or a line break, which GIFT's ordering cannot."))
        rule = "ABSOLUTE_POSITION" if question.credit == "partial" else "ALL_OR_NOTHING"
        lines = [f">{len(question.parts)} ALL VERTICAL {rule} SHOW", *(part.text for part in question.parts)]
        return "\n".join(lines)

    def hand_in(self) -> str:
        more = self.question.more
        self.lose_feedback()
        if any(more.get(name) for name in ("rubric", "notes")) or more.get("files", {}).get("max"):
            self.losses.append(_("the rubric, the notes and the files; they stay here when the file is imported again"))
        return ""

    def lose_feedback(self) -> None:
        if self.question.correct_feedback or self.question.incorrect_feedback:
            self.losses.append(_("its feedback: GIFT has none for this kind"))


def _literal(text: str) -> str:
    return escape(text.replace("*", "\\*"))
