"""Upgrade a site to a next release, on either database, with the real command in a process of its own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import nursery
from tests.operations.backup import previous
from tests.product import ROOT, Product, wait_for

NEXT_RELEASE = "tests.operations.backup.next_release.settings"
THIS_RELEASE = "lms.settings"


@dataclass
class Site:
    """A site that is being upgraded. `rows` asks its database."""

    product: Product
    rows: Callable[[str], list[tuple[Any, ...]]]
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.product.home

    def start(
        self, *arguments: str, release: str = NEXT_RELEASE, what: str = "", limit: int = 0
    ) -> "subprocess.Popen[str]":
        """Start `manage.py` of a release. `limit`: let it write no file beyond so many bytes, as if the disk were full."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        if limit:
            # A shell counts in blocks of 512 bytes.
            command = ["sh", "-c", f'ulimit -f {limit // 512}; exec "$@"', "sh", *command]
        return subprocess.Popen(
            command,
            env=self._environment(release, what),
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _environment(self, release: str, what: str) -> dict[str, str]:
        # The commands speak the language of the terminal.
        of_release = {"DJANGO_SETTINGS_MODULE": release, "NEXT_RELEASE": what, "LC_ALL": "C.UTF-8"}
        return {**self.product.full_environment(), **of_release}

    def run(self, *arguments: str, release: str = NEXT_RELEASE, what: str = "", limit: int = 0) -> tuple[int, str, str]:
        """Return exit code, output and errors."""
        # `up` would become the supervisor.
        if not limit and arguments[0] != "up":
            done = nursery.run([nursery.MANAGE, *arguments], self._environment(release, what))
            return done.returncode, done.stdout, done.stderr
        process = self.start(*arguments, release=release, what=what, limit=limit)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def fails(self, *arguments: str, what: str = "", limit: int = 0) -> str:
        """Run a command that must fail with one line. Return the line."""
        code, output, errors = self.run(*arguments, what=what, limit=limit)
        assert code == 1, (output, errors)
        lines = errors.splitlines()
        assert len(lines) == 1, errors
        assert lines[0].startswith("CommandError: ")
        return lines[0]

    def kill_in_the_middle(self) -> None:
        """Start an upgrade and kill it with -9 while a migration has written and not ended."""
        reached = self.home.parent / "reached"
        process = self.start("upgrade", what=f"wait:{reached}")
        try:
            wait_for(lambda: reached.exists() or process.poll() is not None, seconds=60)
            assert process.poll() is None, process.communicate()
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()

    def state(self) -> dict[str, Any]:
        """Return what an upgrade may change: the applied migrations, tables, some rows, and the uploads."""
        return {
            "migrations": self.rows("SELECT app, name FROM django_migrations ORDER BY id"),
            "titles": self.rows("SELECT title_en FROM courses_course ORDER BY id"),
            "points": self.rows("SELECT points FROM quizzes_attemptgrade ORDER BY id"),
            "uploads": {path.name: path.read_bytes() for path in (self.home / "uploads").rglob("*.pdf")},
        }

    def is_upgraded(self) -> bool:
        return self.rows("SELECT app, name FROM django_migrations WHERE app = 'next_release' AND name > '0002'") == [
            ("next_release", "0002_fill_notes")
        ]

    def has_notes(self) -> bool:
        """Decide whether the table of the next release exists."""
        try:
            self.rows("SELECT count(*) FROM next_release_note")
        except Exception:  # noqa: BLE001 (each database raises its own)
            return False
        return True

    def leftovers(self) -> list[str]:
        """Return the files of an upgrade that has not ended."""
        names = ("upgrade.json", ".upgrading", ".baeum.sqlite3.restoring")
        return [name for name in names if (self.home / name).exists()]


def assert_verified(site: Site) -> None:
    code, output, errors = site.run("verify_grades")
    assert code == 0, output + errors
    assert site.state()["uploads"] == {"plan.pdf": previous.UPLOAD}


def make_current(site: Site) -> None:
    """Upgrade a site of the previous release to this one, and remove the backup that this has made."""
    code, output, errors = site.run("upgrade", release=THIS_RELEASE)
    assert code == 0, output + errors
    shutil.rmtree(site.home / "upgrades")
