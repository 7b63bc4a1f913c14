"""Restore a backup into an empty place."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations import terminal
from operations.backup import databases, restoring


class Command(BaseCommand):
    help = "Restore a backup into an empty state folder or database, completely or not at all."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a backup that `backup` wrote")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        with terminal.conversation():
            manifest = restoring.restore(file)
            self.stdout.write(
                _("Restored into %(folder)s: %(rows)d rows, the state of %(moment)s.")
                % {
                    "folder": settings.BAEUM_HOME,
                    "rows": sum(manifest.rows.values()),
                    "moment": manifest.created_at,
                }
            )
            if not manifest.secrets:
                self.stdout.write(_("The backup contained no secret key: everybody signs in again."))
            if manifest.missing_uploads:
                count = len(manifest.missing_uploads)
                self.stderr.write(
                    ngettext(
                        "%(n)d upload was missing when the backup was made: %(first)s",
                        "%(n)d uploads were missing when the backup was made, first %(first)s",
                        count,
                    )
                    % {"n": count, "first": manifest.missing_uploads[0]}
                )
            pending = len(databases.pending(manifest.migrations))
            if pending:
                self.stdout.write(
                    ngettext(
                        "This code has %(n)d newer migration. ./run applies it; elsewhere: ./run manage migrate",
                        "This code has %(n)d newer migrations. ./run applies them; elsewhere: ./run manage migrate",
                        pending,
                    )
                    % {"n": pending}
                )
