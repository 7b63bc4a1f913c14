"""`manage.py check_course PATH`: check the quality of a course folder; the exit status is 1 if there are faults.

What is only likely wrong is listed as a warning; with `--strict` warnings count as faults do.
"""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from course_files import course_folder
from course_files.checking.course import check_course
from course_files.checking.report import Report
from course_files.files import FaultyFolder
from course_files.linting.course import lint_course


class Command(BaseCommand):
    help = (
        "Examine a course folder: structure, languages, objectives, feedback, links, figures, glossary, reading time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--against", type=Path, help="notes that the course must not copy (a text file)")
        parser.add_argument("--strict", action="store_true", help="exit with status 1 for warnings too")
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day that old claims are counted from (YYYY-MM-DD)"
        )

    def handle(
        self, *args: Any, path: Path, against: Path | None, strict: bool, today: date | None, **options: Any
    ) -> None:
        try:
            notes = against.read_text(encoding="utf-8") if against else ""
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("%(file)s cannot be read.") % {"file": against}) from error
        try:
            parsed = course_folder.inspect(path)
            report = check_course(parsed, against=notes)
            warnings = lint_course(parsed, today=today or timezone.localdate())
        except FaultyFolder as faulty:
            report, warnings = Report(faults=faulty.faults), Report()
        for line in [*report.lines, *warnings.lines]:
            self.stdout.write(line)
        for warning in warnings.faults:
            self.stdout.write(_("Warning: %(place)s") % {"place": warning})
        for fault in report.faults:
            self.stdout.write(str(fault))
        if warnings.faults:
            count = len(warnings.faults)
            self.stdout.write(ngettext("%(count)d warning.", "%(count)d warnings.", count) % {"count": count})
        if report.faults:
            raise CommandError(_("%(count)d faults.") % {"count": len(report.faults)})
        if strict and warnings.faults:
            raise CommandError(_("With --strict, warnings are faults."))
        self.stdout.write(_("No fault."))
