"""Make the template of a table of questions, as CSV and as XLSX: headings in one language, and rows of each kind."""

import csv
import io
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from exchange.items.questions import ExportedFile
from exchange.tables.columns import CHOICES, HEADINGS, KINDS

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHOWN_CHOICES = 6


def make(format: str, *, language: str) -> ExportedFile:
    """Return the template. `format` is a key of FORMATS; the language of the headings is Korean or English."""
    with translation.override(language):
        rows = [_headings(language), *_examples(language)]
        content = _csv(rows) if format == "csv" else _xlsx(rows)
    return ExportedFile(f"questions.{language}.{format}", FORMATS[format], content, [])


def _headings(language: str) -> list[str]:
    place = 0 if language == "ko" else 1
    own = [headings[place] for headings in HEADINGS.values()]
    choices = [f"{CHOICES[place]} {number}" for number in range(1, _SHOWN_CHOICES + 1)]
    return [*own[:3], *choices, *own[3:]]


def _examples(language: str) -> list[list[str]]:
    """Return a row of each kind: (kind, question, answer, choices, tolerance)."""
    examples: dict[str, tuple[str, str, list[str], str]] = {
        "single_choice": (_("What is 2 + 3?"), "B", ["4", "5", "6"], ""),
        "multiple_choice": (_("Which of these numbers are even?"), "A;C", ["2", "3", "4"], ""),
        "true_false": (_("The mean is always one of the values."), _("false"), [], ""),
        "short_answer": (_("What is the value in the middle called?"), _("median|middle value"), [], ""),
        "numeric": (_("What is the mean of 1 and 2?"), "1.5", [], "0.01"),
        "ordering": (_("Put these numbers in ascending order."), "", ["1", "2", "3"], ""),
        "matching": (_("Which is what?"), "", [_("mean = sum by number"), _("range = largest minus smallest")], ""),
        "fill_in": (
            _("The ___ is the value in the middle, the ___ is the most frequent one."),
            _("median;mode"),
            [],
            "",
        ),
    }
    # A text with a menu and a number: the kind is that of the row before.
    mixed = (_("The mean of 2 and 4 is ___, which is ___ than 4."), _("#3;less"), ["", _("less|more")], "")
    place = 0 if language == "ko" else 1
    rows = [*examples.items(), ("fill_in", mixed)]
    return [
        [
            KINDS[kind][place],
            text,
            answer,
            *(choices + [""] * _SHOWN_CHOICES)[:_SHOWN_CHOICES],
            tolerance,
            "1",
            f"q-{number}",
        ]
        for number, (kind, (text, answer, choices, tolerance)) in enumerate(rows, 1)
    ]


def _csv(rows: list[list[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    # Excel takes a file without a byte order mark for cp949.
    return file.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[list[str]]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 (it takes 8 MB of memory)
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    for column in sheet.columns:
        sheet.column_dimensions[column[0].column_letter].width = 40 if column[0].column == 2 else 16
        for cell in column:
            # As text: Excel makes dates of answers such as 3-1.
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        column[0].font = Font(bold=True)
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
