"""Read the sheets of an XLSX file as rows of texts: of a formula what Excel has computed.

openpyxl is imported with the first file, because most processes never read one.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from rosters.refusals import RosterError

# Bytes that a file may unpack to.
UNPACKED_LIMIT = 60_000_000
# Sheets that are looked at.
SHEET_LIMIT = 10
# What openpyxl raises for files that are damaged or no workbooks. ParseError is a SyntaxError.
_UNREADABLE = (
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, SyntaxError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read(content: bytes, *, columns: int) -> Iterator[Iterator[list[str]]]:
    """Yield the rows of each sheet, with at most `columns` cells in each. Raises RosterError if it is no workbook."""
    refusal = RosterError(_("The file cannot be read as XLSX. Save it again, or as CSV."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > UNPACKED_LIMIT:
            raise RosterError(_("The file unpacks to more than %(limit)d MB.") % {"limit": UNPACKED_LIMIT // 1_000_000})
        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets[:SHEET_LIMIT]:
            # The size that a sheet claims may be that of the largest possible one.
            sheet.reset_dimensions()
            yield _rows(sheet, columns, refusal)
    except _UNREADABLE as error:
        raise refusal from error


def _rows(sheet: Any, columns: int, refusal: RosterError) -> Iterator[list[str]]:
    try:
        for cells in sheet.iter_rows(max_col=columns, values_only=True):
            yield [_text(cell) for cell in cells]
    except _UNREADABLE as error:
        raise refusal from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (value.date() if value.time() == datetime.min.time() else value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
