"""Verify that every file that was handed in is there and unchanged."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations.backup import uploads
from quizzes.attempts.models import HandInFile


class Command(BaseCommand):
    help = "Read every uploaded file and name those that are missing or changed. Changes nothing; ends with 1 if there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for fault in uploads.find_faults():
            found += 1
            self.stdout.write(
                _("%(path)s of attempt %(attempt)s: %(what)s")
                % {"path": fault.path, "attempt": fault.attempt, "what": fault.what}
            )
        for name in uploads.find_strays():
            self.stdout.write(_("%(path)s: no answer names this file; it may be deleted.") % {"path": name})
        self.stdout.write(_("%(n)d files verified.") % {"n": HandInFile.objects.count()})
        if found:
            raise CommandError(ngettext("%(n)d file is wrong.", "%(n)d files are wrong.", found) % {"n": found})
        self.stdout.write(_("All are there, unchanged."))
