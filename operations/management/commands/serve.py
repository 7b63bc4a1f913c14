"""`manage.py serve NAME`: run one process of a site under the supervisor, as the containers do."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from operations.processes import processes
from operations.supervisor import Plan, launch


class Command(BaseCommand):
    help = "Run one process of a site (web, worker, mail-worker or beat) and restart it when it dies or hangs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--host", default="127.0.0.1", help="address of the web process; default: %(default)s")
        parser.add_argument("--port", type=int, default=8000, help="port of the web process; default: %(default)s")

    def handle(self, *args: Any, name: str, host: str, port: int, **options: Any) -> None:
        known = {child.name: child for child in processes(host, port)}
        if name not in known:
            raise CommandError(f"There is no process {name!r} with these settings, only: {', '.join(known)}.")
        (settings.BAEUM_HOME / "tmp").mkdir(parents=True, exist_ok=True, mode=0o700)
        plan = Plan([known[name]], is_json=settings.LOG_JSON, hang_limit=settings.HANG_LIMIT)
        launch(plan, settings.BAEUM_HOME / f"plan-{name}.json")
