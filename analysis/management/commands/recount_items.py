"""Compute the responses and the sums of item statistics again from the gradings."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from analysis import counting
from analysis.anew import recounting
from analysis.in_short import summaries


class Command(BaseCommand):
    help = "Counts gradings that are not counted yet, and computes what item statistics keep again from all gradings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only; exit status 1 if anything differs")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            counting.count_graded()
        differing = recounting.recount_all(only_compare=check, with_gradings=True)
        if not check:
            summaries.refresh()
        self.stdout.write(_("Sums and attempts that differ: %(n)d") % {"n": differing})
        if check and differing:
            raise SystemExit(1)
