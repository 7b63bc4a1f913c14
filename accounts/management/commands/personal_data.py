"""Check that each field is classified, and write docs/personal-data.md."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.personal_data import overview, registry


class Command(BaseCommand):
    help = "Check that each field of each model is classified, and that docs/personal-data.md is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/personal-data.md")

    def handle(self, *, write: bool, **options: Any) -> None:
        if faults := registry.find_faults():
            raise CommandError("\n".join(faults))
        path = Path(settings.BASE_DIR) / "docs" / "personal-data.md"
        text = overview.write_document()
        if write:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError("docs/personal-data.md is out of date: ./run manage personal_data --write")
