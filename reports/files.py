"""Write tables of students as files that spreadsheets open."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from reports.models import Export

Format = Export.Format
Cell = str | int | float | None
# A spreadsheet computes a text that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet computes it: a text that looks like a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write(rows: Iterable[Sequence[Cell]], format: str) -> tuple[bytes, int]:
    """Return (the file, how many different characters it cannot contain). Those are question marks in it; only in CP949."""
    if format == Format.XLSX:
        return _xlsx(rows), 0
    text = io.StringIO(newline="")
    csv.writer(text).writerows([neutral(cell) for cell in row] for row in rows)
    if format == Format.CSV:
        # Excel takes a file without the mark for one in the system's encoding.
        return text.getvalue().encode("utf-8-sig"), 0
    encoded = text.getvalue().encode("cp949", errors="replace")
    lost = sum(not _is_in_cp949(character) for character in set(text.getvalue()))
    return encoded, lost


def _is_in_cp949(character: str) -> bool:
    try:
        character.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True


def _xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    # It takes megabytes of memory, and only exports need it.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"

    def cell(value: Cell) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value="")
        made.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        # Also a text that looks like a formula stays a text.
        made.data_type = "s"
        return made

    for row in rows:
        sheet.append([cell(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
