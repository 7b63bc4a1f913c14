"""Read questions from the rows of a table. docs/question-exchange.md describes the columns."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange.files import Source
from exchange.html import conversion
from exchange.html.tree import TextTooLarge
from exchange.items import moodle_answers
from exchange.items.questions import (
    Pair,
    ParsedFile,
    Part,
    Question,
    Skipped,
    UnsupportedQuestion,
    category_path,
    check_questions,
)
from exchange.items.values import clean, decimal_text, first_words, number, plain_number, unique_answers
from exchange.pictures import Pictures
from exchange.refusals import ExchangeError
from exchange.tables import cells, gap_cells
from exchange.tables.cells import Row
from exchange.tables.columns import FALSE, MAX_CHOICES, TRUE, column_of, is_header, kind_of

_SEPARATORS = re.compile(r"\s*[;\n]\s*")
_NAMES = re.compile(r"\s*[;,\n]\s*")
_ALTERNATIVES = re.compile(r"\s*[|\n]\s*")
_ARROW = re.compile(r"\s*(?:->|→|=>|=)\s*")


def read(source: Source, *, pictures: Pictures) -> ParsedFile:
    """Return the questions of a table, and the skipped rows with their number and the reason. Raises ExchangeError."""
    parsed = ParsedFile("table", notes=list(source.notes))
    rows = cells.of_xlsx(source.content) if source.content else cells.of_csv(source.text)
    columns: list[str] | None = None
    found: list[tuple[Row, dict[str, str]]] = []
    for row in rows:
        if not any(row.cells) and not row.fault:
            continue
        if columns is None:
            if not is_header(row.cells):
                raise ExchangeError(
                    _("The first row of the table has no headings for question and answer. Begin with the template.")
                )
            columns = _columns(row, parsed)
            continue
        check_questions(len(found) + 1)
        found.append((row, dict(zip(columns, row.cells, strict=False))))
    first = _first_number(fields for _row, fields in found)
    if first == 0:
        parsed.notes.append(_("The table counts choices from 0: its answer 0 is the first choice."))
    for row, fields in found:
        _read_row(parsed, row, fields, pictures.language, first)
    return parsed


def _first_number(rows: Iterable[Mapping[str, str]]) -> int | None:
    """Return the number of the first choice in the answers of a table, 0 or 1. None: some answers fit only 0 and some only 1."""
    has_zero = has_last = False
    for fields in rows:
        if kind_of(fields.get("kind", "")) not in ("", "single_choice", "multiple_choice"):
            continue
        choices = [text for place in range(1, MAX_CHOICES + 1) if (text := fields.get(f"choice {place}", "").strip())]
        named = {name for name in _split(_NAMES, fields.get("answer", "")) if name not in choices}
        has_zero = has_zero or (bool(choices) and "0" in named)
        has_last = has_last or (bool(choices) and str(len(choices)) in named)
    if has_zero:
        return None if has_last else 0
    return 1


def _columns(row: Row, parsed: ParsedFile) -> list[str]:
    columns = [column_of(cell) for cell in row.cells]
    unknown = [cell for cell, column in zip(row.cells, columns, strict=True) if cell and not column]
    if unknown:
        named = ", ".join(cell[:40] for cell in unknown[:10])
        parsed.notes.append(_("Columns that are not read: %(names)s.") % {"names": named})
    twice = {cell for place, cell in enumerate(row.cells) if columns[place] and columns[place] in columns[:place]}
    if twice:
        raise ExchangeError(
            _("The table has two columns for the same: %(names)s.") % {"names": ", ".join(sorted(twice))}
        )
    return columns


def _read_row(parsed: ParsedFile, row: Row, fields: dict[str, str], language: str, first: int | None) -> None:
    text = clean(fields.get("text", ""))
    label = _("Row %(row)d: %(text)s") % {"row": row.number, "text": clean(fields.get("name", "")) or first_words(text)}
    try:
        if row.fault:
            raise UnsupportedQuestion(row.fault)
        if not text:
            raise UnsupportedQuestion(_("It has no text."))
        reader = _Row(fields, text, language, first)
        parsed.questions.append(reader.read())
    except UnsupportedQuestion as refused:
        parsed.skipped.append(Skipped(label.rstrip(": "), str(refused)))
    except TextTooLarge:
        parsed.skipped.append(Skipped(label.rstrip(": "), _("Its text is too long or nested too deeply.")))


def _markdown(text: str) -> str:
    """Return the text of a cell as Markdown. A cell is plain text."""
    return clean(conversion.from_plain(clean(text)))


class _Row:
    def __init__(self, fields: dict[str, str], text: str, language: str, first: int | None) -> None:
        self.fields = fields
        self.first = first
        self.language = language
        self.answer = clean(fields.get("answer", ""))
        given = {place: clean(fields.get(f"choice {place}", "")) for place in range(1, MAX_CHOICES + 1)}
        self.by_number = {place: choice for place, choice in given.items() if choice}
        self.choices = list(self.by_number.values())
        name = clean(fields.get("name", "")) or first_words(text)
        self.question = Question(name, "", _markdown(text))

    def read(self) -> Question:
        question = self.question
        readers: dict[str, Callable[[], None]] = {
            "single_choice": self.choice,
            "multiple_choice": self.choice,
            "true_false": self.truth,
            "short_answer": self.typed,
            "numeric": self.number,
            "ordering": self.ordering,
            "matching": self.matching,
            "fill_in": self.gaps,
        }
        kind = self.kind()
        question.kind = "single_choice" if kind == "true_false" else kind
        question.points = self.points()
        question.category = category_path(clean(self.fields.get("category", "")))
        readers[kind]()
        self.add_feedback()
        return question

    def kind(self) -> str:
        word = self.fields.get("kind", "").strip()
        if word:
            if kind := kind_of(word):
                return kind
            raise UnsupportedQuestion(_("This kind of question is not supported: %(kind)s.") % {"kind": word[:40]})
        if not self.choices:
            return "short_answer"
        return "multiple_choice" if len(_split(_SEPARATORS, self.answer)) > 1 else "single_choice"

    def points(self) -> str | None:
        text = self.fields.get("points", "").strip()
        try:
            return decimal_text(number(text)) if text else None
        except InvalidOperation as error:
            raise UnsupportedQuestion(_("“%(text)s” is not a number of points.") % {"text": text[:40]}) from error

    def choice(self) -> None:
        if len(self.choices) < 2:
            raise UnsupportedQuestion(_("It has fewer than two choices."))
        single = self.question.kind == "single_choice"
        named = [self.answer] if single else _split(_SEPARATORS, self.answer)
        if not single and len(named) == 1 and self.answer not in self.choices:
            named = _split(re.compile(r"\s*,\s*"), self.answer)
        if not any(named):
            raise UnsupportedQuestion(_("It does not say which answer is right."))
        right = {self.place(name) for name in named}
        self.question.parts = [Part(_markdown(text), correct=place in right) for place, text in enumerate(self.choices)]
        if not single:
            self.question.credit = "all"

    def place(self, name: str) -> int:
        """Return the place of the choice that an answer names: by its text, its number or its letter."""
        by_text = [place for place, text in enumerate(self.choices) if text == name]
        is_number = re.fullmatch(r"[0-9]{1,2}", name) is not None
        if is_number and self.first is None and not by_text:
            raise UnsupportedQuestion(
                _("The table counts choices from 0 in some rows and from 1 in others. Write their letters.")
            )
        by_number = int(name) - self.first if is_number and self.first is not None else None
        if by_number is None and re.fullmatch(r"[A-Za-z]", name):
            by_number = ord(name.lower()) - ord("a")
        if by_number is not None and not 0 <= by_number < len(self.choices):
            by_number = None
        if len(by_text) > 1 or (by_text and by_number is not None and by_text[0] != by_number):
            raise UnsupportedQuestion(
                _("“%(text)s” can mean two choices: by its text and by its number. Change the choices.")
                % {"text": name[:40]}
            )
        found = by_text[0] if by_text else by_number
        if found is None:
            raise UnsupportedQuestion(_("The answer “%(text)s” is none of its choices.") % {"text": name[:40]})
        return found

    def truth(self) -> None:
        word = self.answer.lower()
        if word not in TRUE | FALSE:
            raise UnsupportedQuestion(_("The answer “%(text)s” is neither true nor false.") % {"text": word[:40]})
        moodle_answers.set_true_false(self.question, word in TRUE, "", "", self.language)

    def typed(self) -> None:
        self.question.accept = unique_answers(_split(_ALTERNATIVES, self.answer))
        if not self.question.accept:
            raise UnsupportedQuestion(_("It does not say which answer is right."))

    def number(self) -> None:
        values = {"value": self.answer, "tolerance": self.fields.get("tolerance", "").strip() or "0"}
        for name, text in values.items():
            try:
                found = number(text)
            except InvalidOperation as error:
                raise UnsupportedQuestion(_("“%(text)s” is not a number.") % {"text": text[:40]}) from error
            if name == "tolerance" and found < Decimal(0):
                raise UnsupportedQuestion(_("Its tolerance “%(text)s” is not a number.") % {"text": text[:40]})
            self.question.extra[name] = plain_number(found)

    def ordering(self) -> None:
        if len(self.choices) < 2:
            raise UnsupportedQuestion(_("It has fewer than two choices."))
        self.question.credit = "all"
        self.question.parts = [Part(_markdown(text)) for text in self.choices]
        if self.answer:
            self.question.remarks.append(_("Its answer is not read: the choices stand in the right order."))

    def matching(self) -> None:
        for text in self.choices:
            parts = _ARROW.split(text, maxsplit=1)
            if len(parts) != 2 or not parts[1]:
                raise UnsupportedQuestion(_("“%(text)s” is no pair such as “left = right”.") % {"text": text[:40]})
            self.question.pairs.append(Pair(_markdown(parts[0]), _markdown(parts[1])))
        self.question.credit = "all"

    def gaps(self) -> None:
        """Read a text whose gaps are rows of underscores. Their answers are in the order of the gaps."""
        pieces = gap_cells.GAP.split(clean(self.fields.get("text", "")))
        tolerance = self.fields.get("tolerance", "").strip()
        self.question.blanks = gap_cells.read(pieces, self.answer, self.by_number, tolerance)
        marked = [_escaped(piece) for piece in pieces]
        self.question.text = clean(
            marked[0] + "".join(f"{{{{blank-{place}}}}}{text}" for place, text in enumerate(marked[1:], 1))
        )
        self.question.credit = "all"

    def add_feedback(self) -> None:
        question = self.question
        texts = {name: _markdown(self.fields.get(name, "")) for name in ("correct_feedback", "incorrect_feedback")}
        if question.kind in ("single_choice", "multiple_choice"):
            for part in question.parts if question.kind == "single_choice" else []:
                part.feedback = texts["correct_feedback" if part.correct else "incorrect_feedback"]
            if question.kind == "multiple_choice" and any(texts.values()):
                question.remarks.append(
                    _("Its combined feedback is left out: here a choice question has feedback for its choices only.")
                )
            return
        question.correct_feedback, question.incorrect_feedback = texts["correct_feedback"], texts["incorrect_feedback"]


def _escaped(piece: str) -> str:
    """Return a piece of a text as Markdown, with the spaces at its ends."""
    inside = piece.strip()
    before, _inside, after = piece.partition(inside) if inside else (piece, "", "")
    return f"{before}{_markdown(inside)}{after}"


def _split(separators: re.Pattern[str], text: str) -> list[str]:
    return [part for part in separators.split(text.strip()) if part]
