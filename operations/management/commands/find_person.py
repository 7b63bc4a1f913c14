"""List every table, file, log and mail in which a text of a person stands."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import recording
from accounts.models import User
from operations.finding import files, tables

SHORTEST, LONGEST = 2, 200


class Command(BaseCommand):
    help = (
        "List every table, file, log and mail in which a text of a person stands: a name, an address, a part of them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text")
        parser.add_argument(
            "--also",
            type=Path,
            action="append",
            default=[],
            metavar="PATH",
            help="a further file or folder, such as logs",
        )

    def handle(self, *, text: str, also: list[Path], **options: Any) -> None:
        text = text.strip()
        if not SHORTEST <= len(text) <= LONGEST or "\x00" in text:
            raise CommandError(
                _("Give a text of %(shortest)d to %(longest)d characters.") % {"shortest": SHORTEST, "longest": LONGEST}
            )
        if missing := [str(path) for path in also if not path.exists()]:
            raise CommandError(_("There is no %(path)s.") % {"path": missing[0]})
        found = False
        self.stdout.write(_("Columns with this text:"))
        for hit in tables.find_text(text):
            found = True
            rows = ", ".join(str(row) for row in hit.rows) + (" …" if hit.count > len(hit.rows) else "")
            self.stdout.write(f"  {hit.table}.{hit.column}: {_count(hit.count)} ({rows})")
        people = list(tables.find_people(text))
        recording.record_rows(User, people)
        sessions = tables.count_sessions() if people else Counter()
        for person in people:
            found = True
            self.stdout.write(_("Rows of %(name)s (%(email)s):") % {"name": person.name, "email": person.email})
            for table, path, count in tables.find_rows(person, sessions):
                self.stdout.write(f"  {table} ({path}): {_count(count)}")
        self.stdout.write(_("Files, mails and logs with this text:"))
        for name in files.find_in_files(text, also):
            found = True
            self.stdout.write(f"  {name}")
        if not found:
            self.stdout.write(_("It stands nowhere."))
        self.stdout.write(
            _(
                "Not searched: backups, compressed files, and logs that are kept elsewhere (name them with --also). "
                "Values in the audit log are encrypted; its rows of a person are counted above."
            )
        )


def _count(number: int) -> str:
    return ngettext("%(n)d row", "%(n)d rows", number) % {"n": number}
