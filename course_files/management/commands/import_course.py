"""`manage.py import_course PATH`: import a course folder and print what changes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from course_files import course_folder
from course_files.course_folder import Plan
from course_files.files import FaultyFolder
from course_files.merging import Outcome, Preference, Step

_SHOWN = (Outcome.ADDED, Outcome.CHANGED, Outcome.REMOVED, Outcome.ARCHIVED, Outcome.EDITED, Outcome.CONFLICT)


class Command(BaseCommand):
    help = "Import a course folder: print what changes, and change it in one transaction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--ours", dest="prefer", action="store_const", const="ours", help="where both changed, keep the database's"
        )
        choice.add_argument(
            "--theirs", dest="prefer", action="store_const", const="theirs", help="take the folder's, over any edit"
        )

    def handle(self, *args: Any, path: Path, dry_run: bool, prefer: Preference | None = None, **options: Any) -> None:
        try:
            plan = course_folder.import_folder(path, now=timezone.now(), prefer=prefer, dry_run=dry_run)
        except FaultyFolder as faulty:
            for fault in faulty.faults:
                self.stderr.write(str(fault))
            raise CommandError(_("%(count)d faults; nothing was imported.") % {"count": len(faulty.faults)}) from faulty
        except course_folder.Conflict as conflict:
            self.print_plan(conflict.plan)
            raise CommandError(
                _("The folder and the admin changed the same records. Nothing was imported. --ours keeps the")
                + " "
                + _("database's version of them, --theirs takes the folder's.")
            ) from conflict
        if options["verbosity"]:
            self.print_plan(plan)
            self.stdout.write(self.conclusion(plan, dry_run))

    def print_plan(self, plan: Plan) -> None:
        for step in plan.steps:
            if step.outcome in _SHOWN:
                self.stdout.write(f"{self.word(step)}  {' '.join(step.key)}")

    def word(self, step: Step) -> str:
        return {
            Outcome.ADDED: _("added"),
            Outcome.CHANGED: _("changed"),
            Outcome.REMOVED: _("removed"),
            Outcome.ARCHIVED: _("archived"),
            Outcome.EDITED: _("edited in the admin, kept"),
            Outcome.CONFLICT: _("changed in the folder and in the admin"),
        }[step.outcome]

    def conclusion(self, plan: Plan, dry_run: bool) -> str:
        counts = {outcome.value: plan.counts[outcome] for outcome in Outcome}
        if dry_run and plan.conflicts:
            return (
                _("%(conflict)d records changed in the folder and in the admin: import with --ours or --theirs.")
                % counts
            )
        if plan.changes_nothing:
            nothing = _("Nothing to change: %(unchanged)d records match the folder.") % counts
            return f"{nothing} {self.rendered(plan)}".strip()
        summary = _(
            "%(added)d added, %(changed)d changed, %(removed)d removed, %(archived)d archived, "
            "%(unchanged)d unchanged, %(edited)d kept as edited in the admin."
        )
        done = _("This was a dry run: nothing was changed.") if dry_run else self.rendered(plan)
        return f"{summary % counts} {done}".strip()

    def rendered(self, plan: Plan) -> str:
        return _("%(count)d lesson texts were rendered.") % {"count": plan.rendered} if plan.rendered else ""
