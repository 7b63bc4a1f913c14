"""Write the whole site into one file, while it serves."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import recording
from accounts.audit.models import AuditEvent
from operations import terminal
from operations.backup import making, stores
from operations.backup.manifest import Manifest


class Command(BaseCommand):
    help = (
        "Write database and uploads into one file, complete and verified or not at all. The site may serve meanwhile."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the backup to write; its folder must exist")
        parser.add_argument(
            "--to", metavar="FOLDER|s3://BUCKET/PREFIX", help="keep several backups there, named by time"
        )
        parser.add_argument("--keep", type=int, default=7, help="with --to: how many to keep (7)")
        parser.add_argument("--with-secrets", action="store_true", help="include the secret key of the state folder")
        parser.add_argument("--force", action="store_true", help="replace FILE if it exists")

    def handle(
        self, *args: Any, file: Path | None, to: str | None, keep: int, with_secrets: bool, force: bool, **options: Any
    ) -> None:
        with terminal.conversation():
            if (file is None) == (to is None):
                raise CommandError(_("Name a file, or a place with --to."))
            if keep < 1:
                raise CommandError(_("--keep is at least 1."))
            if file is not None:
                self._report(str(file), making.make(file, with_secrets=with_secrets, force=force))
            else:
                assert to is not None
                kept = stores.add_backup(
                    stores.open_store(to), keep=keep, now=timezone.now(), with_secrets=with_secrets
                )
                self._report(kept.name, kept.manifest)
                for name in kept.damaged:
                    self.stderr.write(_("%(name)s is damaged and does not count.") % {"name": name})
                for name in kept.deleted:
                    self.stdout.write(_("Deleted: %(name)s") % {"name": name})

    def _record(self) -> None:
        """Enter in the audit log that everybody's data was exported, unless the database is older than the log."""
        if AuditEvent._meta.db_table in connection.introspection.table_names():
            recording.record_everybody(recording.Action.EXPORT)

    def _report(self, name: str, manifest: Manifest) -> None:
        self._record()
        size = terminal.megabytes(sum(entry.size for entry in manifest.files.values()))
        uploads = sum(entry.startswith("uploads/") for entry in manifest.files)
        rows = sum(manifest.rows.values())
        self.stdout.write(
            _("%(name)s is complete and verified. Rows: %(rows)d, uploads: %(uploads)d, unpacked: %(size)s.")
            % {"name": name, "rows": rows, "uploads": uploads, "size": size}
        )
        if manifest.secrets:
            self.stdout.write(_("It contains the secret key: keep it where nobody else can read it."))
        else:
            self.stdout.write(_("It contains no secret key: after a restore everybody signs in again."))
        if manifest.missing_uploads:
            count = len(manifest.missing_uploads)
            self.stderr.write(
                ngettext(
                    "%(n)d upload that a row names does not exist: %(first)s",
                    "%(n)d uploads that rows name do not exist, first %(first)s",
                    count,
                )
                % {"n": count, "first": manifest.missing_uploads[0]}
            )
        for skipped in manifest.skipped:
            self.stderr.write(_("Left out, because it is not a plain file: %(name)s") % {"name": ascii(skipped)})
