"""Read a file as a table of texts: CSV, semicolons or tabs in any usual encoding, or a sheet of an XLSX file.

Excel writes UTF-8 with a BOM, cp949, and UTF-16 with tabs (its “Unicode text”). A first line `sep=;` names the separator.
"""

import csv
import io
import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from rosters.reading import spreadsheets
from rosters.reading.columns import count_headings
from rosters.refusals import RosterError

# Limits of a file: bytes, and rows with content. A course has a few hundred students.
SIZE_LIMIT = 5_000_000
ROW_LIMIT = 5_000
# Further columns are ignored.
COLUMN_LIMIT = 50
_SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
# Excel before 2007, and files with a password.
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What surrounds a text unseen: spaces of any width, a byte order mark, zero-width marks.
_UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"

# (number of the line in the file, its cells). Lines without content are left out.
Row = tuple[int, list[str]]


def check_size(size: int) -> None:
    """Raise RosterError if a file of `size` bytes is too large."""
    if size > SIZE_LIMIT:
        raise RosterError(_("The file is larger than %(limit)d MB.") % {"limit": SIZE_LIMIT // 1_000_000})


def read(content: bytes) -> list[Row]:
    """Return the rows of the file. Raises RosterError if it is too large or cannot be read."""
    check_size(len(content))
    if content.startswith(_OLD_EXCEL):
        raise RosterError(_("This is an old Excel file, or one with a password. Save it as XLSX without a password."))
    if content.startswith(b"PK"):
        sheets = [_with_content(enumerate(sheet, 1)) for sheet in spreadsheets.read(content, columns=COLUMN_LIMIT)]
        filled = [sheet for sheet in sheets if sheet]
        rows = max(filled, key=lambda sheet: count_headings([cells for _line, cells in sheet]), default=[])
    else:
        rows = _read_text(decode(content))
    if not rows:
        raise RosterError(_("The file is empty."))
    if len(rows) > ROW_LIMIT:
        raise RosterError(_("The file has more than %(limit)d lines.") % {"limit": ROW_LIMIT})
    return rows


def decode(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or cp949. Raises RosterError if it has none of these encodings."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text.lstrip("\ufeff")
    raise RosterError(_("The file is neither UTF-8, UTF-16 nor cp949 text. Save it as “CSV UTF-8” or XLSX."))


def _encodings(content: bytes) -> list[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    # Separators and addresses are ASCII: in UTF-16 every other byte of them is 0.
    start = content[:2000]
    if start.count(0) > len(start) // 10:
        return ["utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"]
    return ["utf-8-sig", "cp949"]


def _read_text(text: str) -> list[Row]:
    first, _break, rest = text.partition("\n")
    if stated := _SEPARATOR_LINE.fullmatch(first):
        return _split(rest, stated[1], skipped=1)
    # The separator is the one by which most headings are recognised; without headings the most frequent one.
    tables = [(_split(text, separator), separator) for separator in _SEPARATORS]
    return max(tables, key=lambda table: (count_headings([cells for _n, cells in table[0]]), text.count(table[1])))[0]


def _split(text: str, separator: str, skipped: int = 0) -> list[Row]:
    try:
        rows = _rows_of(text, separator, csv.QUOTE_MINIMAL, skipped)
        # A quotation mark that is never closed takes the lines below into its cell.
        if text.count('"') % 2 and any("@" in cell and "\n" in cell for _line, cells in rows for cell in cells):
            rows = _rows_of(text, separator, csv.QUOTE_NONE, skipped)
    except csv.Error as error:
        raise RosterError(_("The file cannot be read as CSV.")) from error
    return rows


def _rows_of(text: str, separator: str, quoting: int, skipped: int) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting)  # type: ignore[arg-type]
    rows: list[Row] = []
    line = 1
    for cells in reader:
        rows.append((line + skipped, cells if quoting == csv.QUOTE_MINIMAL else [cell.strip('"') for cell in cells]))
        line = reader.line_num + 1
    return _with_content(rows)


def _with_content(rows: Iterable[Row]) -> list[Row]:
    cleaned = ((line, _without_empty_end([_clean(cell) for cell in cells[:COLUMN_LIMIT]])) for line, cells in rows)
    found = []
    for row in cleaned:
        if any(row[1]):
            found.append(row)
        if len(found) > ROW_LIMIT:
            # `read` refuses it. The rest of a sheet of a million rows need not be read.
            break
    return found


def _without_empty_end(cells: list[str]) -> list[str]:
    """Leave out empty cells at the end: a sheet is read as if it had COLUMN_LIMIT columns, and people choose what each is."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _clean(cell: str) -> str:
    # A spreadsheet may contain halves of characters, which no database stores.
    return cell.encode(errors="replace").decode().strip().strip(_UNSEEN).strip()
