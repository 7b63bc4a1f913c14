"""Snapshots of SQLite by its backup API."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from operations.backup.databases import Snapshot, upload_columns
from operations.backup.errors import BackupError

# SQLite's files beside the database: the log and its index. A database that gets the log of another one is damaged.
_BESIDE = ("-wal", "-shm", "-journal")


class SQLite:
    vendor, entry, compress = "sqlite", "database.sqlite3", True

    def __init__(self) -> None:
        self.path = Path(settings.DATABASES["default"]["NAME"])

    def size(self) -> int:
        return sum(_size(path) for path in self._files())

    def space_for_snapshot(self) -> int:
        return self.size()

    @contextmanager
    def snapshot(self, folder: Path) -> Iterator[Snapshot]:
        copy = folder / self.entry
        # All pages in one step, so that a writer does not make SQLite start again. In WAL mode nobody waits for it.
        with closing(self._connect()) as source, closing(_open(copy)) as target:
            try:
                source.backup(target)
                # One file without a log. The product turns the log on when it opens the database.
                target.execute("PRAGMA journal_mode=DELETE").fetchall()
                yield self._describe(target, copy)
            except sqlite3.Error as error:
                raise BackupError(_("The database cannot be copied: %(why)s") % {"why": error}) from error

    def _describe(self, copy: sqlite3.Connection, path: Path) -> Snapshot:
        [(verdict,), *_others] = copy.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            raise BackupError(_("The database is damaged: %(why)s") % {"why": " ".join(verdict.split())})

        def write(stream: IO[bytes]) -> None:
            with path.open("rb") as file:
                shutil.copyfileobj(file, stream, 1024 * 1024)

        return Snapshot(
            server=sqlite3.sqlite_version,
            migrations=_migrations(copy),
            rows=_rows(copy),
            uploads=_uploads(copy),
            write=write,
        )

    def applied(self) -> list[tuple[str, str]]:
        if not self.path.exists():
            return []
        with closing(self._connect()) as database:
            try:
                return _migrations(database)
            except sqlite3.Error as error:
                raise self._unopened(error) from error

    def check_empty(self) -> None:
        for path in self._files():
            if _size(path):
                raise BackupError(
                    _("There is a database already: %(file)s. Restore into an empty state folder: BAEUM_HOME=…")
                    % {"file": path}
                )

    def check_unused(self) -> None:
        """The lock of the state folder protects the database: only `./run` serves it."""

    def staging(self, folder: Path) -> Path:
        # In the folder of the database, so that it can be renamed.
        return self.path.with_name(f".{self.path.name}.restoring")

    def load(self, file: Path, rows: dict[str, int]) -> None:
        # This process must not write into a file that is about to be replaced.
        connection.close()
        # The log first: SQLite would apply it to the new database.
        for path in self._files()[1:]:
            path.unlink(missing_ok=True)
        file.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _files(self) -> list[Path]:
        return [self.path, *(Path(f"{self.path}{suffix}") for suffix in _BESIDE)]

    def _connect(self) -> sqlite3.Connection:
        try:
            # rw: unlike rwc this creates no empty database where there is none.
            return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=20)
        except sqlite3.OperationalError as error:
            raise self._unopened(error) from error

    def _unopened(self, error: sqlite3.Error) -> BackupError:
        return BackupError(
            _("There is no database that can be opened: %(file)s (%(why)s)") % {"file": self.path, "why": error}
        )


def _open(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    target = sqlite3.connect(path)
    # It is a copy: after a power cut the backup is made again.
    target.execute("PRAGMA synchronous=OFF")
    return target


def _tables(database: sqlite3.Connection) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in database.execute(query)]


def _rows(database: sqlite3.Connection) -> dict[str, int]:
    return {table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in _tables(database)}  # noqa: S608 (a table's own name)


def _migrations(database: sqlite3.Connection) -> list[tuple[str, str]]:
    if "django_migrations" not in _tables(database):
        return []
    return database.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()


def _uploads(database: sqlite3.Connection) -> set[str]:
    tables = _tables(database)
    return {
        name
        for table, column in upload_columns()
        if table in tables
        for (name,) in database.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" <> \'\'')  # noqa: S608 (names of a model)
    }


def _size(path: Path) -> int:
    """Return the size in bytes, 0 without a file. The last connection that is closed removes the log, at any moment."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
