"""`manage.py verify_grades`: compute stored grades again from the answers and the grade ledger, and print differences."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import GradeChange
from operations.verify import grades
from quizzes.grading.models import AttemptGrade


class Command(BaseCommand):
    help = "Compute every stored grade again and name what differs. Changes nothing; ends with 1 when anything does."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for difference in grades.find_differences():
            found += 1
            self.stdout.write(
                _("%(what)s of %(of)s: stored %(stored)s, computed %(computed)s")
                % {
                    "what": difference.what,
                    "of": difference.of,
                    "stored": difference.stored,
                    "computed": difference.computed,
                }
            )
        self.stdout.write(
            _("%(grades)d gradings and %(changes)d grade changes verified.")
            % {"grades": AttemptGrade.objects.count(), "changes": GradeChange.objects.count()}
        )
        if found:
            raise CommandError(ngettext("%(n)d difference.", "%(n)d differences.", found) % {"n": found})
        self.stdout.write(_("No difference."))
