"""`manage.py question_template --output FILE`: write the template of a table of questions, as CSV or XLSX."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from exchange.tables import template


class Command(BaseCommand):
    help = (
        "Write a table with a question of each kind that import_questions reads: fill it in with Excel or any editor."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, required=True, help="its end says the format: .csv or .xlsx")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=languages[0], help="of the headings and examples")

    def handle(self, *args: Any, output: Path, language: str, **options: Any) -> None:
        format = output.suffix.removeprefix(".").lower()
        if format not in template.FORMATS:
            raise CommandError(_("The name of the file must end in .csv or .xlsx."))
        try:
            output.write_bytes(template.make(format, language=language).content)
        except OSError as error:
            raise CommandError(_("The file cannot be written: %(file)s") % {"file": output}) from error
        if options["verbosity"]:
            self.stdout.write(str(output))
