"""`manage.py import_questions FILE --quiz COURSE/SLUG`: import questions from Moodle XML, GIFT or QTI 2.1."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from course_files.merging import Outcome
from course_files.quizzes.stored import get_stored_quizzes
from exchange import exporting, files, refusals
from exchange.imports import import_plan, importing
from exchange.items.values import first_words
from quizzes.authoring.models import Quiz
from workspace.drafts import records as drafts


class Command(BaseCommand):
    help = "Bring questions into a quiz or a lesson's check: print what changes, and change it in one transaction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--quiz", required=True, metavar="COURSE/SLUG", help="a lesson's slug means its check")
        parser.add_argument("--format", default="", choices=list(files.FORMATS), help="default: by the content")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, help="default: the course's original language")
        parser.add_argument(
            "--category", default="", help="only the questions of this category, such as “Week 1 / Sets”"
        )
        parser.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            quiz = Quiz.objects.named(options["quiz"])
            language = options["language"] or quiz.activity.course.languages[0]
            exporting.check_language(quiz.activity.course, language)
            with file.open("rb") as opened:
                content = opened.read(files.MAX_BYTES + 1)
            parsed = importing.parse(
                content,
                language=language,
                format=options["format"],
                category=options["category"],
                assets=importing.files_of(drafts.read(quiz.activity.course).records),
            )
            if dry_run:
                activity = quiz.activity
                stored = get_stored_quizzes(activity.course).records
                plan = import_plan.plan(slug=activity.slug, records=stored, parsed=parsed, language=language)
            else:
                plan = importing.execute(quiz=quiz, parsed=parsed, language=language, now=timezone.now())
        except Quiz.DoesNotExist as missing:
            raise CommandError(_("There is no quiz “%(quiz)s”.") % {"quiz": options["quiz"]}) from missing
        except OSError as error:
            raise CommandError(_("The file cannot be read: %(file)s") % {"file": file}) from error
        except refusals.ExchangeError as refused:
            raise CommandError(refused.message) from refused
        if options["verbosity"]:
            self.print_plan(plan)
            self.stdout.write(self.conclusion(plan, dry_run))

    def print_plan(self, plan: import_plan.Plan) -> None:
        words = {Outcome.ADDED: _("added"), Outcome.CHANGED: _("changed"), Outcome.UNCHANGED: _("unchanged")}
        for note in plan.notes:
            self.stdout.write(note)
        for category, count in plan.categories.items():
            self.stdout.write(f"    {category} ({count})")
        for entry in plan.entries:
            if entry.outcome is not Outcome.UNCHANGED or entry.remarks:
                aspects = f"  ({', '.join(entry.aspects)})" if entry.aspects else ""
                # Many systems name questions by numbers that nobody reads.
                shown = entry.name if entry.name != entry.key else first_words(entry.text)
                self.stdout.write(f"{words[entry.outcome]}  {entry.key} “{shown}”{aspects}")
            for remark in entry.remarks:
                self.stdout.write(f"    {remark}")
        label = _("not brought over")
        for skipped in plan.skipped:
            self.stdout.write(f"{label}  {skipped.name}: {skipped.reason}")

    def conclusion(self, plan: import_plan.Plan, dry_run: bool) -> str:
        summary = _("%(added)d added, %(changed)d changed, %(unchanged)d unchanged, %(skipped)d not brought over.") % {
            **{outcome.value: plan.counts[outcome] for outcome in Outcome},
            "skipped": len(plan.skipped),
        }
        return " ".join([summary, *([_("This was a dry run: nothing was changed.")] if dry_run else [])])
