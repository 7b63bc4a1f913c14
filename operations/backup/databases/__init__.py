"""What a backup needs of a database, whichever it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from operations.backup.errors import BackupError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database at one moment. It can be written while others change the database."""

    server: str
    migrations: list[tuple[str, str]]
    rows: dict[str, int]
    # Uploads that rows name, relative to MEDIA_ROOT.
    uploads: set[str]
    write: Callable[[IO[bytes]], None]


class Database(Protocol):
    vendor: str
    # The name of its file in a backup, and whether that file gets smaller by compression.
    entry: str
    compress: bool

    def size(self) -> int:
        """Return about how many bytes a snapshot has."""

    def space_for_snapshot(self) -> int:
        """Return how many bytes `snapshot` writes into its folder."""

    def snapshot(self, folder: Path) -> AbstractContextManager[Snapshot]:
        """Take a snapshot. It may use `folder`, which is private, until the end of the `with` block."""

    def applied(self) -> list[tuple[str, str]]:
        """Return the applied migrations: (app, name). Empty if there is no database yet."""

    def check_empty(self) -> None:
        """Raises BackupError if a database is there already."""

    def check_unused(self) -> None:
        """Raises BackupError if another program uses the database."""

    def staging(self, folder: Path) -> Path:
        """Return where the file of a backup is to be unpacked. `folder` is private and in the state folder."""

    def load(self, file: Path, rows: dict[str, int]) -> None:
        """Make the unpacked file the database, in place of any other, all or nothing. `rows` is what it must contain then."""


def current() -> Database:
    """Return the database of the settings."""
    # Each imports the program library of its database.
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        from operations.backup.databases.sqlite import SQLite  # noqa: PLC0415

        return SQLite()
    from operations.backup.databases.postgresql import PostgreSQL  # noqa: PLC0415

    return PostgreSQL()


def upload_columns() -> list[tuple[str, str]]:
    """Return the columns that name uploads: (table, column)."""
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.FileField)
    ]


def known_migrations() -> set[tuple[str, str]]:
    """Return the migrations of this code, and those that they replace."""
    migrations = MigrationLoader(None).disk_migrations
    replaced = {old for migration in migrations.values() for old in migration.replaces}
    return {*migrations, *replaced}


def pending(applied: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the migrations of this code that were not applied: (app, name)."""
    done = set(applied)
    return sorted(
        key
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if key not in done and not (migration.replaces and done.issuperset(migration.replaces))
    )


def check_not_newer(migrations: list[tuple[str, str]]) -> None:
    """Raises BackupError if a migration was applied that this code does not have."""
    unknown = sorted(set(migrations) - known_migrations())
    if unknown:
        raise BackupError(
            _("The database is newer than this code, which does not have the migration %(migration)s.")
            % {"migration": ".".join(unknown[0])}
        )
