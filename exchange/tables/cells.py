"""Read the cells of a CSV or XLSX file as rows of text, and say of a cell that has none what is wrong with it."""

import csv
import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from exchange.refusals import ExchangeError
from exchange.tables.columns import MAX_CHOICES, is_header

# Limits: columns, rows that are looked at, and bytes of an unpacked workbook.
MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED = 20 + MAX_CHOICES, 12_000, 30_000_000
WORKBOOK = "xl/workbook.xml"
_FORMULA = re.compile(r"=\s*[A-Z][A-Z0-9.]*\(|=[A-Z]{1,3}[0-9]+\b")
# What openpyxl raises for a damaged workbook. It declares none of it.
_DAMAGED = (
    ArithmeticError, AssertionError, AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, ParseError,
    RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """A row: its number in the table, its cells, and what is wrong with one of them ("": nothing)."""

    number: int
    cells: list[str] = field(default_factory=list)
    fault: str = ""


def delimiter(text: str) -> str:
    """Return the sign between the cells of a CSV text. "": its first line is not the heading of a table of questions."""
    line = next((line for line in text[:10_000].split("\n") if line.strip()), "")
    return next((sign for sign in ",;\t" if is_header(next(csv.reader([line], delimiter=sign), []))), "")


def of_csv(text: str) -> Iterator[Row]:
    """Yield the rows of a CSV text. Raises ExchangeError if it cannot be read further."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text) or ",")
    number = 0
    try:
        for cells in reader:
            number += 1
            row = Row(number, [cell.strip() for cell in cells[:MAX_COLUMNS]])
            found = next((cell for cell in row.cells if _FORMULA.match(cell)), "")
            if found:
                row.fault = _("A cell has a formula (%(text)s). Write its value there.") % {"text": found[:40]}
            yield row
    except csv.Error as error:
        raise ExchangeError(
            _("Row %(row)d of the table cannot be read: a quotation mark is not closed, or a cell is too long.")
            % {"row": number + 1}
        ) from error


def of_xlsx(content: bytes) -> Iterator[Row]:
    """Yield the rows of the first sheet of a workbook. Raises ExchangeError."""
    damaged = ExchangeError(_("The workbook is damaged or encrypted and cannot be read."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            # zipfile never unpacks more of a file than the directory says.
            size = sum(info.file_size for info in package.infolist())
    except _DAMAGED as error:
        raise damaged from error
    if size > MAX_UNPACKED:
        limit = MAX_UNPACKED // 1_000_000
        raise ExchangeError(_("The package unpacks to more than %(size)d MB.") % {"size": limit})
    try:
        yield from _rows(content)
    except _DAMAGED as error:
        raise damaged from error


def _rows(content: bytes) -> Iterator[Row]:
    # It takes 8 MB of memory, and few imports are workbooks.
    from openpyxl import load_workbook  # noqa: PLC0415

    with warnings.catch_warnings():
        # About features of the workbook that are not read, such as its drop-down lists.
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS), 1):
                row = Row(number)
                for cell in cells:
                    text, fault = _text(cell.value, cell.data_type)
                    row.cells.append(text)
                    row.fault = row.fault or (fault and f"{_name(cell)}: {fault}")
                yield row
        finally:
            book.close()


def _name(cell: object) -> str:
    return str(getattr(cell, "coordinate", ""))


def _text(value: object, kind: str) -> tuple[str, str]:
    """Return the text of a cell and what is wrong with it."""
    if kind in ("f", "e"):
        fault = (
            _("The cell has a formula. Write its value there.")
            if kind == "f"
            else _("The cell has an error (%(text)s).") % {"text": str(value)[:20]}
        )
        return "", fault
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return "", _("The cell is a date or a time. Format the column as text and write the value again.")
    if isinstance(value, bool):
        return str(value).lower(), ""
    if isinstance(value, float):
        return f"{value:.15g}", ""
    return "" if value is None else str(value).strip(), ""
