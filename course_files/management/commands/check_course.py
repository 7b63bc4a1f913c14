"""`manage.py check_course PATH`: check the quality of a course folder; the exit status is 1 if there are faults."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from course_files import course_folder
from course_files.checking.course import check_course
from course_files.checking.report import Report
from course_files.files import FaultyFolder


class Command(BaseCommand):
    help = (
        "Examine a course folder: structure, languages, objectives, feedback, links, figures, glossary, reading time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--against", type=Path, help="notes that the course must not copy (a text file)")

    def handle(self, *args: Any, path: Path, against: Path | None, **options: Any) -> None:
        try:
            notes = against.read_text(encoding="utf-8") if against else ""
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("%(file)s cannot be read.") % {"file": against}) from error
        try:
            report = check_course(course_folder.inspect(path), against=notes)
        except FaultyFolder as faulty:
            report = Report(faults=faulty.faults)
        for line in report.lines:
            self.stdout.write(line)
        for fault in report.faults:
            self.stdout.write(str(fault))
        if report.faults:
            raise CommandError(_("%(count)d faults.") % {"count": len(report.faults)})
        self.stdout.write(_("No fault."))
