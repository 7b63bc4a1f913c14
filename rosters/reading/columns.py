"""Recognise the columns of a roster by their headings, as Moodle, Canvas, Google, Zoom and Korean schools write them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Field(models.TextChoices):
    """What a column may contain. A column without one is ignored."""

    EMAIL = "email", _("e-mail address")
    NAME = "name", _("name")
    LAST_NAME = "last_name", _("family name")
    FIRST_NAME = "first_name", _("given name")
    COHORT = "cohort", _("cohort")
    LANGUAGE = "language", _("language")
    STATUS = "status", _("status (who has left is not enrolled)")
    ROLE = "role", _("role (only students are enrolled)")


# Headings in their compared form (see `_compared`).
_HEADINGS: dict[Field, str] = {
    Field.EMAIL: (
        "email emailaddress useremail useremailaddress studentemail primaryemail workemail mail mailaddress emailid "
        "이메일 이메일주소 전자우편 전자우편주소 메일 메일주소 학생이메일 email주소 이메일계정"
    ),
    Field.NAME: (
        "name fullname studentname displayname username이름 student user 이름 성명 학생 학생명 학생이름 수강생 수강생명 "
        "성함 participant 이름성명"
    ),
    Field.LAST_NAME: "lastname surname familyname last 성 성씨",
    Field.FIRST_NAME: "firstname givenname forename first 명",
    Field.COHORT: "cohort cohort1 group group1 groupname section sectionname class classname 분반 반 기수 코호트 그룹 조",
    Field.LANGUAGE: "language lang locale 언어 preferredlanguage",
    Field.STATUS: "status enrollmentstatus enrolmentstatus enrollmentstate state 상태 수강상태 학적상태 deleted suspended",
    Field.ROLE: "role roles 역할 구분",
}
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
# What stands in brackets behind a heading: “(required)”, “[Required]”, “(필수)”.
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# Titles and dates may stand above the headings.
_LINES_ABOVE = 20


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the headings are, and what each column contains.

    `header` is the index of the row with the headings, -1 if there is none. `fields` has "" for columns that are ignored.
    """

    header: int
    fields: tuple[str, ...]


def recognise(rows: Sequence[Sequence[str]]) -> Layout:
    """Return the layout of a table. Without a heading for the addresses, they are looked for in the cells."""
    width = max((len(row) for row in rows), default=0)
    header = _find_header(rows)
    fields = _fields_of(rows[header] if header >= 0 else (), width)
    if Field.EMAIL in fields:
        return Layout(header, tuple(fields))
    if header < 0:
        # The line above the first address has headings that nobody knows, if there is one.
        header = next((index - 1 for index, row in enumerate(rows[: _LINES_ABOVE + 1]) if _has_address(row)), -1)
    below = rows[header + 1 :]
    with_address = [sum(_is_address(row, column) for row in below) for column in range(width)]
    if any(with_address):
        email = with_address.index(max(with_address))
        fields[email] = Field.EMAIL
        if width == 2 and any(any(map(str.isalpha, cell)) for row in below for cell in row[1 - email : 2 - email]):
            fields[1 - email] = fields[1 - email] or Field.NAME
    return Layout(header, tuple(fields))


def count_headings(rows: Sequence[Sequence[str]]) -> int:
    """Return how many columns the best line of headings names; 1 more if the addresses are among them."""
    header = _find_header(rows)
    fields = _fields_of(rows[header], len(rows[header])) if header >= 0 else []
    return sum(bool(field) for field in fields) + (Field.EMAIL in fields)


def _find_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the line with the most headings, -1 if there is none."""
    best, found = 0, -1
    for index, row in enumerate(rows[:_LINES_ABOVE]):
        if _has_address(row):
            # This is a student already.
            break
        named = {_FIELD_OF.get(_compared(cell)) for cell in row} - {None}
        score = len(named) + (Field.EMAIL in named)
        if score > best:
            best, found = score, index
    return found


def _fields_of(headings: Sequence[str], width: int) -> list[str]:
    fields: list[str] = []
    for heading in headings:
        field = _FIELD_OF.get(_compared(heading), "")
        fields.append("" if field in fields else field)
    fields += [""] * (width - len(fields))
    if Field.LAST_NAME in fields and Field.FIRST_NAME not in fields and Field.NAME in fields:
        # Beside a column for family names, “이름” is the given name.
        fields[fields.index(Field.NAME)] = Field.FIRST_NAME
    return fields


def _compared(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(character for character in _BRACKETS.sub("", text) if character.isalnum())


def _is_address(row: Sequence[str], column: int) -> bool:
    return column < len(row) and "@" in row[column][1:]


def _has_address(row: Sequence[str]) -> bool:
    return any(_is_address(row, column) for column in range(len(row)))


def as_json(layout: Layout) -> dict[str, Any]:
    return {"header": layout.header, "fields": list(layout.fields)}


def from_json(stored: dict[str, Any]) -> Layout:
    return Layout(stored["header"], tuple(stored["fields"]))
