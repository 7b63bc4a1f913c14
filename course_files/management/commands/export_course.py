"""`manage.py export_course SLUG PATH`: write a course to a folder, so that git shows edits made in the admin."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from course_files import course_folder
from course_files.files import FaultyFolder
from courses.models import Course


class Command(BaseCommand):
    help = "Write the folder of a course."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, slug: str, path: Path, **options: Any) -> None:
        course = Course.objects.filter(slug=slug).first()
        if course is None:
            raise CommandError(_("There is no course “%(slug)s”.") % {"slug": slug})
        try:
            written = course_folder.export_folder(course, path)
        except FaultyFolder as faulty:
            raise CommandError(str(faulty)) from faulty
        for name in written:
            self.stdout.write(name)
        self.stdout.write(_("%(count)d files changed.") % {"count": len(written)})
