"""Read the rows of a table as people: their address, name, language and cohort, and what is wrong with a row."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.identity import normalise_address, validate_address, validate_name
from accounts.models import Language
from rosters.reading.columns import Field, Layout
from rosters.reading.tables import Row

NAME_LIMIT = COHORT_LIMIT = 100
_LANGUAGES = {
    "ko": Language.KOREAN, "kor": Language.KOREAN, "korean": Language.KOREAN, "kokr": Language.KOREAN,
    "한국어": Language.KOREAN, "국문": Language.KOREAN, "en": Language.ENGLISH, "eng": Language.ENGLISH,
    "english": Language.ENGLISH, "enus": Language.ENGLISH, "engb": Language.ENGLISH, "영어": Language.ENGLISH,
    "영문": Language.ENGLISH,
}  # fmt: skip
# What Canvas, Moodle and Korean schools write for somebody who has left. Whatever else stands there means an active student.
_LEFT = {
    "deleted", "deletedlastcompleted", "inactive", "suspended", "completed", "concluded", "withdrawn", "dropped", "removed",
    "archived", "disabled", "1", "true", "yes", "삭제", "탈퇴", "철회", "취소", "수강취소", "수강철회", "휴학", "제적", "자퇴",
    "중도포기", "비활성",
}  # fmt: skip
# Roles of people who teach. Canvas has them in the same file as students.
_STAFF = {
    "teacher", "ta", "designer", "observer", "instructor", "professor", "editingteacher", "noneditingteacher", "manager",
    "coursecreator", "admin", "owner", "assistant", "교수", "교수자", "강사", "조교", "교사", "관리자", "운영자",
}  # fmt: skip
# With these a spreadsheet program takes a text for a formula.
_FORMULA = ("=", "+", "-", "@")
_HANGUL = re.compile(r"[\u1100-\u11ff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Person:
    """One row. `problem` says why it cannot be imported, otherwise it is "". `language` and `cohort` may be ""."""

    line: int
    email: str
    name: str
    language: str = ""
    cohort: str = ""
    has_left: bool = False
    is_staff: bool = False
    problem: str = ""


def read(rows: Sequence[Row], layout: Layout) -> list[Person]:
    """Return the people below the headings. The second row of an address is a problem, as is a row without an address."""
    people = []
    earlier: dict[str, int] = {}
    for line, cells in rows[layout.header + 1 :]:
        record = {field: cell for field, cell in zip(layout.fields, cells, strict=False) if field}
        if not any(record.values()):
            continue
        person = _read(line, record, earlier)
        if not person.has_left:
            earlier.setdefault(person.email, line)
        people.append(person)
    return people


def _read(line: int, record: Mapping[str, str], earlier: Mapping[str, int]) -> Person:
    email = _address(record.get(Field.EMAIL, ""))
    name = _name(record)
    stated = _compared(record.get(Field.LANGUAGE, ""))
    cohort = record.get(Field.COHORT, "")
    # Who has left one section and is in another one has two rows in Canvas.
    has_left = _compared(record.get(Field.STATUS, "")) in _LEFT
    others = {} if has_left else earlier
    return Person(
        line,
        email,
        name,
        language=_LANGUAGES.get(stated, ""),
        cohort=cohort,
        has_left=has_left,
        is_staff=_compared(record.get(Field.ROLE, "")) in _STAFF,
        problem=next(_problems(email, name, cohort, stated, others), ""),
    )


def _problems(email: str, name: str, cohort: str, language: str, earlier: Mapping[str, int]) -> Iterator[str]:
    if not email:
        yield _("There is no e-mail address.")
        return
    try:
        validate_address(email)
        validate_name(name)
        validate_name(cohort)
    except ValidationError as error:
        yield " ".join(error.messages)
    if email in earlier:
        yield _("This address is in the file twice: in line %(line)d, too.") % {"line": earlier[email]}
    if len(name) > NAME_LIMIT:
        yield _("The name is longer than 100 characters.")
    if len(cohort) > COHORT_LIMIT:
        yield _("The name of the cohort is longer than 100 characters.")
    for text in (email, name, cohort):
        if text.startswith(_FORMULA):
            yield _("“%(text)s” begins with a sign that makes it a formula in Excel.") % {"text": text[:40]}
    if language and language not in _LANGUAGES:
        yield _("The language is “ko” or “en”.")


def _address(cell: str) -> str:
    """Return the address of a cell, which may also be a link or have the name before it: “Ana <ana@example.com>”."""
    text = cell.removeprefix("mailto:")
    if text.endswith(">"):
        text = parseaddr(text)[1] or text
    return normalise_address(text)


def _name(record: Mapping[str, str]) -> str:
    """Return the name. Of a family and a given name: “김하늘” in Hangul, “Ana Lee” in other scripts."""
    whole = record.get(Field.NAME, "")
    if not whole:
        last, first = record.get(Field.LAST_NAME, ""), record.get(Field.FIRST_NAME, "")
        whole = f"{last}{first}" if _HANGUL.search(last + first) else f"{first} {last}"
    return unicodedata.normalize("NFC", whole).strip()


def _compared(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())
