"""Draw a certificate as PDF.

This is a program of its own: `documents` runs it with a JSON object on its standard input. fpdf2 and fonttools take 60 MB, which
the process gives back when it ends. It must import nothing of the project. It writes the PDF to its standard output.
"""

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import qrcode
from fpdf import FPDF
from fpdf.enums import Align

FONT = Path(__file__).with_name("fonts") / "BaeumSans-Regular.ttf"
# A4 on its side, in millimetres.
WIDTH, HEIGHT, MARGIN = 297.0, 210.0, 14.0
INK, QUIET, LINE, ACCENT = (28, 25, 23), (87, 83, 78), (214, 211, 209), (11, 106, 85)


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a certificate. `lines` are the sentences below the name, `facts` pairs of a label and a value."""

    language: str
    heading: str
    name: str
    lines: list[str]
    facts: list[list[str]]
    address: str
    address_label: str
    issued_at: str


def draw(words: Words) -> bytes:
    """Return the PDF: one page with the texts, the address that verifies it, and the address as a QR code."""
    pdf = FPDF("landscape", "mm", "A4")
    pdf.set_auto_page_break(False)
    pdf.set_title(f"{words.heading}: {words.name}")
    pdf.set_author("Baeum")
    pdf.set_creator("Baeum")
    pdf.set_lang(words.language)
    # The same certificate is the same file.
    pdf.set_creation_date(datetime.fromisoformat(words.issued_at))
    pdf.add_font("Baeum Sans", fname=FONT)
    pdf.add_page()
    _draw_paper(pdf)
    _draw_mark(pdf)
    _write(pdf, words.heading, y=44, size=17, colour=ACCENT, spacing=2)
    _write(pdf, words.name, y=64, size=44, colour=INK)
    pdf.set_draw_color(*LINE)
    pdf.line(WIDTH / 2 - 45, 88, WIDTH / 2 + 45, 88)
    y = 96.0
    for number, line in enumerate(words.lines):
        y = _write(pdf, line, y=y, size=22 if number == 1 else 13, colour=INK if number == 1 else QUIET) + 2
    _draw_foot(pdf, words)
    return bytes(pdf.output())


def _draw_paper(pdf: FPDF) -> None:
    """Draw the frame: a row of squares of Korean manuscript paper at the top and at the bottom."""
    pdf.set_line_width(0.25)
    pdf.set_draw_color(*LINE)
    square, count = (WIDTH - 2 * MARGIN) / 34, 34
    for top in (MARGIN, HEIGHT - MARGIN - square):
        for number in range(count):
            pdf.rect(MARGIN + number * square, top, square, square)
    pdf.rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)


def _draw_mark(pdf: FPDF) -> None:
    """Draw the product's mark into the middle of the upper row."""
    size, x, y = 11.0, WIDTH / 2 - 5.5, MARGIN + 12
    pdf.set_fill_color(*ACCENT)
    pdf.rect(x, y, size, size, style="F", round_corners=True, corner_radius=2.6)
    pdf.set_draw_color(255, 255, 255)
    pdf.set_line_width(0.9)
    unit = size / 32
    for x1, y1, x2, y2 in (
        (8, 8, 8, 23), (16, 8, 16, 23), (8, 15.5, 16, 15.5), (8, 23, 16, 23), (22, 8, 22, 23), (22, 15.5, 26, 15.5),
    ):  # fmt: skip
        pdf.line(x + x1 * unit, y + y1 * unit, x + x2 * unit, y + y2 * unit)
    pdf.set_line_width(0.25)


def _write(pdf: FPDF, text: str, *, y: float, size: float, colour: tuple[int, int, int], spacing: float = 0) -> float:
    """Write centred lines, smaller if a single line of at most 60 % of the size is enough. Return the y below them."""
    room = WIDTH - 2 * MARGIN - 40
    pdf.set_text_color(*colour)
    pdf.set_char_spacing(spacing)
    pdf.set_font("Baeum Sans", size=size)
    wide = pdf.get_string_width(text)
    if wide > room:
        pdf.set_font_size(max(size * 0.6, size * room / wide))
    pdf.set_xy((WIDTH - room) / 2, y)
    pdf.multi_cell(room, pdf.font_size * 1.35, text, align=Align.C)
    pdf.set_char_spacing(0)
    return float(pdf.get_y())


def _draw_foot(pdf: FPDF, words: Words) -> None:
    """Write the facts at the left, and the address with its QR code at the right."""
    y = 158.0
    for label, value in words.facts:
        pdf.set_xy(MARGIN + 12, y)
        pdf.set_font("Baeum Sans", size=9)
        pdf.set_text_color(*QUIET)
        pdf.cell(26, 6, label)
        pdf.set_text_color(*INK)
        pdf.set_font_size(10.5)
        pdf.cell(80, 6, value)
        y += 7
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(words.address)
    code.make()
    matrix = code.get_matrix()
    size, right = 24.0, WIDTH - MARGIN - 12
    unit = size / len(matrix)
    pdf.set_fill_color(*INK)
    for row, cells in enumerate(matrix):
        for column, is_dark in enumerate(cells):
            if is_dark:
                pdf.rect(right - size + column * unit, 154 + row * unit, unit * 1.02, unit * 1.02, style="F")
    pdf.set_font("Baeum Sans", size=9)
    pdf.set_text_color(*QUIET)
    pdf.set_xy(right - size - 6 - 95, 163)
    pdf.multi_cell(95, 5, words.address_label, align=Align.R)
    pdf.set_xy(right - size - 6 - 95, 169)
    pdf.set_text_color(*ACCENT)
    pdf.cell(95, 5, words.address, align=Align.R, link=words.address)


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(Words(**json.load(sys.stdin))))
