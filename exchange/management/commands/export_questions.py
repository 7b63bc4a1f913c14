"""`manage.py export_questions COURSE/SLUG --format F --output FILE`: export the questions of a quiz."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from exchange import exporting, files, refusals
from quizzes.authoring.models import Quiz


class Command(BaseCommand):
    help = "Write the questions of a quiz or a lesson's check, and name what the format cannot say."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quiz", metavar="COURSE/SLUG", help="a lesson's slug means its check")
        parser.add_argument("--format", required=True, choices=list(files.WRITTEN))
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, help="default: the course's original language")
        parser.add_argument("--output", type=Path, required=True)

    def handle(self, *args: Any, quiz: str, format: str, output: Path, **options: Any) -> None:
        try:
            found = Quiz.objects.named(quiz)
            language = options["language"] or found.activity.course.languages[0]
            exported = exporting.export(quiz=found, format=format, language=language)
            output.write_bytes(exported.content)
        except Quiz.DoesNotExist as missing:
            raise CommandError(_("There is no quiz “%(quiz)s”.") % {"quiz": quiz}) from missing
        except OSError as error:
            raise CommandError(_("The file cannot be written: %(file)s") % {"file": output}) from error
        except refusals.ExchangeError as refused:
            raise CommandError(refused.message) from refused
        for key, loss in exported.losses:
            self.stdout.write(f"{key}: {loss}")
        self.stdout.write(str(output))
