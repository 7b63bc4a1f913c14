"""Make rosters as the programs of schools write them."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

PEOPLE = "이메일,이름\nhaneul@example.com,김하늘\nana@example.com,Ana Lee\n"


def xlsx(*sheets: Sequence[Sequence[Any]]) -> bytes:
    """Return a workbook with one sheet for each table."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
