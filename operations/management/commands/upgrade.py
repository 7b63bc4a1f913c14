"""Bring the database of an older release up to this code (`./run upgrade`)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from operations import terminal
from operations.backup import upgrading


class Command(BaseCommand):
    help = "Back up, migrate and check; on any failure the old state is back. The site is stopped meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair", action="store_true", help="only bring the old state back if an upgrade was killed"
        )
        parser.add_argument("--without-verify", action="store_true", help="do not compute all grades again at the end")

    def handle(self, *args: Any, repair: bool, without_verify: bool, **options: Any) -> None:
        with terminal.conversation():
            if repair:
                upgrading.repair(self._print)
            else:
                upgrading.upgrade(self._print, verify=not without_verify)

    def _print(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
