"""`manage.py up` (`./run`): prepare the state folder, then run web, worker and beat."""

import fcntl
import hashlib
import locale
import os
import shutil
import socket
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError
from django.utils import translation
from django.utils.translation import gettext as _

from operations.backup import upgrading
from operations.backup.errors import BackupError
from operations.processes import processes
from operations.supervisor import Plan, launch

COURSES = settings.BASE_DIR / "content"


class Command(BaseCommand):
    help = "Serve Baeum: web, worker and beat, restarted when they die, stopped together."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, or 8000")

    def handle(self, *args: Any, port: str, **options: Any) -> None:
        with translation.override(_terminal_language()):
            number = _port(port)
            home = _state_folder()
            with _only_one(home):
                _check_port(number)
                _prepare_broker()
                try:
                    prepare(self._print)
                except OperationalError as error:
                    why = " ".join(str(error).split())
                    raise CommandError(_("The database cannot be reached: %(why)s") % {"why": why}) from error
                launch(_plan(number), home / "plan.json")

    def _print(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def prepare(report: Callable[[str], Any]) -> None:
    """Migrate, import the courses and seed the demo. Does nothing for the embedded database if `_stamp` has not changed.

    Before it migrates the embedded database, it makes a backup. Raises CommandError if that fails.
    """
    stamp_file = settings.BAEUM_HOME / "prepared"
    stamp = _stamp()
    database = settings.DATABASES["default"]
    is_embedded = database["NAME"] == settings.BAEUM_HOME / "baeum.sqlite3"
    if is_embedded and database["NAME"].exists() and stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    report(_("Preparing the database …"))
    if is_embedded:
        try:
            upgrading.back_up_before_migrating(settings.BAEUM_HOME, report)
        except BackupError as refused:
            why = _("Nothing was migrated, because the database could not be backed up: %(why)s") % {"why": refused}
            raise CommandError(why) from refused
    call_command("migrate", verbosity=0, interactive=False)
    complete = settings.PRODUCTION or _import_courses(report)
    if settings.DEMO and complete:
        call_command("seed_demo", verbosity=0)
    if complete:
        stamp_file.write_text(stamp)


def _import_courses(report: Callable[[str], Any]) -> bool:
    """Import the bundled courses. Return False if one was refused; the site then serves its stored version."""
    complete = True
    for folder in sorted(path.parent for path in COURSES.glob("*/course.yaml")):
        try:
            # --ours keeps the edits made in the admin. To replace them, run import_course manually with --theirs.
            call_command("import_course", str(folder), "--ours", verbosity=0)
        except CommandError as refused:
            report(_("The course in %(folder)s was not imported: %(why)s") % {"folder": folder.name, "why": refused})
            complete = False
    return complete


def _stamp() -> str:
    """Return a digest of everything that `prepare` depends on: version, demo setting, migrations, packages, rendering, courses.

    For files it contains the path, size and modification time. Packages are included because they have migrations.
    """
    files = [
        *settings.BASE_DIR.glob("*/migrations/*.py"),
        settings.BASE_DIR / "requirements/base.txt",
        *settings.BASE_DIR.glob("common/markup/*.py"),
        *(path for path in COURSES.rglob("*") if path.is_file()),
    ]
    facts = [f"{path.relative_to(settings.BASE_DIR)} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files]
    return hashlib.sha256("\n".join([settings.VERSION, str(settings.DEMO), *sorted(facts)]).encode()).hexdigest()


def _state_folder() -> Path:
    """Create the state folder and return it. Raises CommandError if it cannot be written to."""
    home: Path = settings.BAEUM_HOME
    try:
        for folder in (home, home / "tmp", settings.STATIC_ROOT):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = home / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CommandError(
            _("The state folder %(folder)s cannot be written to. Set BAEUM_HOME to a folder that can.")
            % {"folder": home}
        ) from error
    return home


class _only_one:  # noqa: N801 (used as a statement: `with _only_one(home)`)
    """Lock the state folder, because two instances on one folder would process each other's messages.

    The supervisor that replaces this process inherits the lock.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "lock"
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        self._file = self._path.open("a+")
        os.set_inheritable(self._file.fileno(), True)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(
                _("Baeum is running with the state folder %(folder)s already.") % {"folder": self._path.parent}
            ) from error

    def __exit__(self, *error: object) -> None:
        assert self._file is not None
        self._file.close()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CommandError(_("The port is a number from 1 to 65535, not %(port)s.") % {"port": text})
    return int(text)


def _check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise CommandError(
                _("Port %(port)d is reserved for the administrator. Choose one above 1023: PORT=8000 ./run")
                % {"port": port}
            ) from error
        except OSError as error:
            raise CommandError(
                _("Port %(port)d is taken. Choose another one: PORT=%(other)d ./run")
                % {"port": port, "other": port + 1 if port < 65535 else 8000}
            ) from error


def _prepare_broker() -> None:
    """Create an empty, private folder for the filesystem broker. Old messages are deleted: the sweep enqueues them again."""
    if settings.REDIS_URL:
        return
    shutil.rmtree(settings.BROKER_HOME, ignore_errors=True)
    for name in ("messages", "control", "processed"):
        (settings.BROKER_HOME / name).mkdir(parents=True, mode=0o700)
    settings.BROKER_HOME.chmod(0o700)


def _plan(port: int) -> Plan:
    return Plan(
        processes("127.0.0.1", port),
        port=port,
        welcome=_welcome(port),
        is_json=settings.LOG_JSON,
        hang_limit=settings.HANG_LIMIT,
    )


def _welcome(port: int) -> str:
    address = f"http://127.0.0.1:{port}"
    lines = [_("Baeum is ready: %(address)s") % {"address": address}]
    if settings.DEMO:
        lines += [
            _("  Student:    student@example.com     password week2-demo"),
            _("  Instructor: instructor@example.com  password week2-demo  (%(address)s/admin/)") % {"address": address},
        ]
    if settings.INBOX:
        lines.append(_("  Mails:      %(address)s/inbox/") % {"address": address})
    lines += [_("  API:        %(address)s/api/v1/docs") % {"address": address}, _("Ctrl-C stops it.")]
    return "\n".join(lines)


def _terminal_language() -> str:
    code = (locale.getlocale()[0] or os.environ.get("LANG", "")).lower()
    return "ko" if code.startswith("ko") else "en"
