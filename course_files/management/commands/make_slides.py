"""`manage.py make_slides`: write slides, plans, handouts and an answer book of a course folder as HTML, perhaps as PDF too."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from course_files import course_folder
from course_files.course_folder import ParsedFolder
from course_files.files import FaultyFolder
from course_files.teaching import pdf as printing
from course_files.teaching.material import write_material


class Command(BaseCommand):
    help = "Write material for teaching: slides, lesson plans and handouts of each lesson, and an answer book for staff only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "course",
            nargs="?",
            help="a course folder, or a lesson such as 3-7 of the only course in content/ (default: all of it)",
        )
        parser.add_argument(
            "--lesson", action="append", default=[], help="only this lesson, such as 3-7; may be repeated"
        )
        parser.add_argument("--output", type=Path, required=True, help="the folder to write to")
        parser.add_argument("--pdf", action="store_true", help="print each page to a PDF beside it, by Chromium")

    def handle(
        self, *args: Any, course: str | None, lesson: list[str], output: Path, pdf: bool, **options: Any
    ) -> None:
        folder = Path(course) if course else None
        if course and not Path(course).is_dir() and "/" not in course:
            folder, lesson = None, [course, *lesson]
        parsed = _parse(folder or _only_course())
        if unknown := [one for one in lesson if one not in parsed.course.codes.values()]:
            codes = ", ".join(parsed.course.codes.values())
            message = _("There is no lesson %(lesson)s. There are: %(codes)s.")
            raise CommandError(message % {"lesson": ", ".join(unknown), "codes": codes})
        browser = _find_browser() if pdf else ""
        try:
            written = write_material(parsed, output, only=lesson)
        except OSError as error:
            raise CommandError(_("%(file)s cannot be written.") % {"file": output}) from error
        for name in written:
            self.stdout.write(name)
            if browser:
                self.stdout.write(_print(browser, output / name).relative_to(output).as_posix())
        self.stdout.write(
            _("%(count)d pages. Those in staff-only/ have the keys of all questions.") % {"count": len(written)}
        )


def _only_course() -> Path:
    """Return the only course folder in content/."""
    found = [path.parent for path in (settings.BASE_DIR / "content").glob("*/course.yaml")]
    if len(found) != 1:
        raise CommandError(_("Say which course: content/ has %(count)d of them.") % {"count": len(found)})
    return found[0]


def _parse(folder: Path) -> ParsedFolder:
    try:
        return course_folder.parse(folder)
    except FaultyFolder as faulty:
        raise CommandError(str(faulty)) from faulty


def _find_browser() -> str:
    try:
        return printing.find_browser()
    except printing.PdfError as problem:
        raise CommandError(str(problem)) from problem


def _print(browser: str, page: Path) -> Path:
    try:
        return printing.print_page(browser, page)
    except printing.PdfError as problem:
        raise CommandError(str(problem)) from problem
