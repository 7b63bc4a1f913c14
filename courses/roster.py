"""Import a roster: read a CSV file of students, plan the changes, and create accounts and enrolments in one transaction.

Idempotent: importing the same file again changes nothing for students who are already enrolled.
"""

import csv
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import recording
from accounts.identity import normalise_address, validate_address, validate_name
from accounts.models import Language, User
from common.errors import DomainError
from courses import enrolment
from courses.models import Course, Enrolment

# Limits of a file in bytes and in lines. A course has a few hundred students.
SIZE_LIMIT = 1_000_000
ROW_LIMIT = 5_000

# {heading in the file: field of a record}.
COLUMNS = {
    "email": "email",
    "e-mail": "email",
    "이메일": "email",
    "메일": "email",
    "name": "name",
    "이름": "name",
    "성명": "name",
    "language": "language",
    "언어": "language",
}


class RosterError(DomainError):
    slug = "invalid-roster"
    help = gettext_lazy("The file cannot be read as a list of students. Nothing was imported.")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of the file and what the import does with it.

    `action` is create (account and enrolment), enrol, return (after a withdrawal), unchanged or invalid. `problem` says why
    the line is invalid; otherwise it is "".
    """

    line: int
    email: str
    name: str
    language: str
    action: str
    problem: str = ""


def decode(content: bytes) -> str:
    """Decode a CSV file as Excel writes it: UTF-8 with or without BOM, or cp949.

    Raises RosterError if it has another encoding or is too large.
    """
    if len(content) > SIZE_LIMIT:
        raise RosterError(_("The file is larger than 1 MB."))
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterError(_("The file is neither UTF-8 nor cp949 text. Save it as “CSV UTF-8”."))


def plan(course: Course, text: str) -> list[RosterRow]:
    """Return what an import of `text` would do, one row for each line that is not empty. Writes nothing.

    Raises RosterError if the text as a whole is not a roster. A faulty line becomes a row with the action "invalid".
    """
    if "\x00" in text:
        raise RosterError(_("The file is not a text file."))
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise RosterError(_("The file cannot be read as CSV.")) from error
    if not lines:
        raise RosterError(_("The file is empty."))
    if len(lines) > ROW_LIMIT:
        raise RosterError(_("The file has more than %(limit)d lines.") % {"limit": ROW_LIMIT})
    header = [COLUMNS.get(cell.strip().lower(), "") for cell in lines[0]]
    if "email" not in header:
        raise RosterError(_("The first line names the columns, and one of them is “email”."))
    records = [
        (number, dict(zip(header, (cell.strip() for cell in line), strict=False)))
        for number, line in enumerate(lines[1:], 2)
        if any(cell.strip() for cell in line)
    ]
    known = _known_people(course, {normalise_address(record["email"]) for _n, record in records if record.get("email")})
    earlier: set[str] = set()
    return [_plan_row(number, record, known, earlier) for number, record in records]


def _delimiter(text: str) -> str:
    """Return the most frequent separator of the first line.

    Excel writes semicolons in some locales, and tabs when cells are copied.
    """
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _known_people(course: Course, emails: set[str]) -> dict[str, str]:
    """Return {e-mail address: action} for the addresses that have an account. One query each for enrolments and accounts."""
    enrolments = dict(Enrolment.objects.filter(course=course).values_list("user_id", "status"))
    actions = {Enrolment.Status.ACTIVE: "unchanged", Enrolment.Status.WITHDRAWN: "return"}
    people = User.objects.annotate(address=Lower("email")).filter(address__in=emails).values_list("pk", "address")
    return {
        address: actions[Enrolment.Status(enrolments[pk])] if pk in enrolments else "enrol" for pk, address in people
    }


def _plan_row(number: int, record: dict[str, str], known: dict[str, str], earlier: set[str]) -> RosterRow:
    """Validate one line and choose its action. Add its address to `earlier`, the addresses of the lines before it."""
    email, name = normalise_address(record.get("email", "")), record.get("name", "")
    language = record.get("language", "").lower()
    problem = ""
    try:
        validate_address(email)
        validate_name(name)
    except ValidationError as error:
        problem = " ".join(error.messages)
    if not problem and email in earlier:
        problem = _("This address is in the file twice.")
    if not problem and len(name) > 100:
        problem = _("The name is longer than 100 characters.")
    if not problem and language and language not in Language.values:
        problem = _("The language is “ko” or “en”.")
    earlier.add(email)
    action = "invalid" if problem else known.get(email, "create")
    return RosterRow(number, email, name, language, action, problem)


def execute(course: Course, text: str) -> list[RosterRow]:
    """Plan the import, carry it out in one transaction and return its rows. Raises RosterError if any line is invalid."""
    with transaction.atomic(), recording.together():
        rows = plan(course, text)
        if any(row.action == "invalid" for row in rows):
            raise RosterError(_("Nothing was imported: some lines are invalid."))
        for row in rows:
            if row.action == "unchanged":
                continue
            # A new account has no password. The student sets one with “forgot your password”.
            user = User.objects.filter(email__iexact=row.email).first() or User.objects.create_user(
                row.email, None, name=row.name, language=row.language
            )
            enrolment.enrol(user=user, course=course, source=Enrolment.Source.ROSTER)
    return rows
