"""The form of a question with blanks: they are marked {{…}} in the text, and each has a row with its accepted answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from course_files.merging import Fields
from questions.blanks import BLANK_SCHEMA, LIMIT, type_of
from questions.comparing.short_answers import normalise
from questions.kinds.fill_in import MARK
from workspace.question_forms.controls import Choice, Data, Line, Lines, Number, Part, Texts
from workspace.question_forms.credit import credit
from workspace.question_forms.form import QuestionForm, at
from workspace.question_forms.keys import make_key
from workspace.question_forms.limits import limits_of
from workspace.question_forms.marks.blanks import in_order_of_text, literal_marks, read_marks, unmark
from workspace.question_forms.marks.menus import MenuChoices
from workspace.question_forms.rows import Row, Rows

_PROPERTIES = BLANK_SCHEMA["properties"]
# The controls of each type of blank.
_CONTROLS = {"words": ("accept",), "menu": ("choices",), "number": ("value", "tolerance", "unit")}
_HANGUL = re.compile("[가-힣]")


class Blanks(Rows):
    """The blanks. A mark in the text adds one, so the button looks for marks that have no row yet."""

    by_server = True

    @property
    def can_add(self) -> bool:
        return True

    def make_key(self, values: Mapping[str, Any]) -> str:
        # Only a request that no page sends has a row without a key. Its blank is then missing in the text.
        return make_key(values.get("accept", []), "blank", self.taken)

    def unpack(self, value: Any) -> Sequence[Mapping[str, Any]]:
        return [{"type": type_of(blank).name, **blank} for blank in value]

    def values_of(self, row: Row) -> dict[str, Any]:
        """Return the values of the controls of the row's type. What a record leaves out is left out."""
        parts = {name: row.parts[name] for name in _CONTROLS[_type(row)]}
        values = {name: part.clean() for name, part in parts.items()}
        return {name: value for name, value in values.items() if value != parts[name].blank or name == "accept"}

    def new_row(self, row: str, key: str = "") -> Row:
        made = super().new_row(row, key)
        made.note = f"{{{{{key}}}}}" if key else ""
        return made


class FillInForm(QuestionForm):
    template = "workspace/question_forms/_fill_in.html"

    def text_help(self) -> str:
        return _("Mark each blank by two braces around its answer: “This is called {{overfitting}}.”")

    def make_settings(self) -> dict[str, Part]:
        most = _PROPERTIES["accept"]["maxItems"]
        types = [("words", _("typing words")), ("menu", _("choosing from a menu")), ("number", _("typing a number"))]

        def blank(prefix: str, row: str) -> dict[str, Part]:
            label = _("Accepted answers, one a line")
            return {
                "type": Choice(f"{prefix}-type", _("Students answer by"), types, blank="words"),
                "accept": Lines(f"{prefix}-accept", label, limit=LIMIT, most=most, required=True),
                "choices": MenuChoices(f"{prefix}-choices", self.languages),
                "value": Number(f"{prefix}-value", _("Right value"), required=True),
                "tolerance": Number(
                    f"{prefix}-tolerance",
                    _("Tolerance (±)"),
                    least=0,
                    help_text=_("Empty: only exactly the right value is accepted."),
                ),
                "unit": Line(
                    f"{prefix}-unit",
                    _("Unit"),
                    limit=_PROPERTIES["unit"]["maxLength"],
                    help_text=_("An answer may have it. Write it behind the blank, too."),
                ),
            }

        blanks = Blanks(
            "blanks",
            _("Blanks"),
            _("Blank"),
            blank,
            **limits_of(self.kind, "blanks"),
            start=0,
            add=_("Find the blanks in the text"),
            key_from="accept",
            help_text=_("Answers in any language are accepted in both languages."),
        )
        blanks.too_few = _("The text has no blank yet.")
        return {"blanks": blanks, "credit": credit(_("its share: the part of the right blanks"))}

    @property
    def blanks(self) -> Rows:
        part = self.settings["blanks"]
        assert isinstance(part, Rows)
        return part

    @property
    def text(self) -> Texts:
        part = self.parts["text"]
        assert isinstance(part, Texts)
        return part

    def read(self, data: Data) -> None:
        super().read(data)
        if not self.is_row_operation:
            self.read_marks()

    def operate(self) -> None:
        operation = self.operation
        if operation is None or operation.rows != "blanks":
            super().operate()
        elif operation.verb == "add":
            self.read_marks()
        else:
            removed = [row for row in self.blanks.rows if row.id == operation.row and operation.verb == "remove"]
            super().operate()
            for row in removed:
                for entry in self.text.entries:
                    entry.raw = unmark(entry.raw, row.key, entry.code, _right_in(row, entry.code))

    def read_marks(self) -> None:
        """Give each mark in the text a row. Rows that are in the order of the text stay so."""
        original = (self.original or {}).get("text", {})
        keys = [row.key for row in self.blanks.rows if row.key]
        first = self.text.entries[0].code
        texts = {entry.code: entry.raw for entry in self.text.entries}
        was_in_order = in_order_of_text(texts[first], keys) == keys
        marked = read_marks(
            texts,
            keys,
            literal={code: literal_marks(text) for code, text in original.items()},
            taken=self.blanks.taken,
        )
        for entry in self.text.entries:
            entry.raw = marked.texts[entry.code]
        for key, words in marked.words.items():
            row = next((row for row in self.blanks.rows if row.key == key), None)
            if row is None:
                if len(self.blanks.rows) >= self.blanks.most:
                    at(self.blanks, _("There are at most %(limit)d blanks.") % {"limit": self.blanks.most})
                    continue
                row = self.blanks.new_row(self.blanks.next_id(), key)
                self.blanks.rows.append(row)
                self.blanks.taken.add(key)
            accepted = _accepted(row)
            if _type(row) == "words":
                accepted.fill(list(dict.fromkeys([*accepted.raw.splitlines(), *words])))
        self.offer_choices()
        if was_in_order:
            order = in_order_of_text(marked.texts[first], [row.key for row in self.blanks.rows])
            self.blanks.rows.sort(key=lambda row: order.index(row.key))

    def offer_choices(self) -> None:
        """Make the words that were marked the right choice of a menu that has no choices yet."""
        for row in self.blanks.rows:
            choices, words = row.parts["choices"], _accepted(row).raw.splitlines()
            if _type(row) == "menu" and words and isinstance(choices, MenuChoices):
                choices.offer({code: word for code in self.languages if (word := _in_language(words, code))})

    def check(self, record: Fields) -> None:
        definition: dict[str, Any] = record["definition"]
        for entry in self.text.entries:
            marks = MARK.findall(record["text"].get(entry.code, ""))
            for blank in definition.get("blanks", []):
                mark = f"{{{{{blank['key']}}}}}"
                if entry.code in record["text"] and blank["key"] not in marks:
                    entry.errors.append(_("The blank %(mark)s is missing in this text.") % {"mark": mark})
                elif marks.count(blank["key"]) > 1:
                    entry.errors.append(_("The blank %(mark)s stands here more than once.") % {"mark": mark})
        for row in self.blanks.rows:
            accepted = _accepted(row)
            if _type(row) == "words" and any(
                line.strip() and not normalise(line) for line in accepted.raw.splitlines()
            ):
                at(accepted, _("An accepted answer is empty once spaces and hyphens are left out."))


def _type(row: Row) -> str:
    control = row.parts["type"]
    assert isinstance(control, Choice)
    return control.raw if control.raw in _CONTROLS else "words"


def _in_language(words: Sequence[str], code: str) -> str:
    """Return the first of the words that is in the language, by its letters, or the first of all."""
    return next((word for word in words if bool(_HANGUL.search(word)) == (code == "ko")), words[0])


def _right_in(row: Row, code: str) -> list[str]:
    """Return what is right in a blank, to stand in the text when the blank is removed."""
    choices, value = row.parts["choices"], row.parts["value"]
    if _type(row) == "menu" and isinstance(choices, MenuChoices):
        return [choices.right(code)]
    if _type(row) == "number" and isinstance(value, Number):
        return [value.raw]
    return _accepted(row).raw.splitlines()


def _accepted(row: Row) -> Lines:
    lines = row.parts["accept"]
    assert isinstance(lines, Lines)
    return lines


FORM = FillInForm
