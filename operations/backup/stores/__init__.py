"""Keep the newest backups of several, in a folder or in a bucket of S3."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from operations.backup import making
from operations.backup.archive import Archive
from operations.backup.errors import BackupError
from operations.backup.manifest import Manifest

# Sorted by name, they are sorted by time.
_NAME = re.compile(r"baeum-\d{8}T\d{6}Z\.zip")


class Store(Protocol):
    def names(self) -> list[str]:
        """Return the names of the backups in the store, in any order."""

    def add(self, name: str, *, with_secrets: bool) -> Manifest:
        """Make a backup in the store, complete and verified or not at all."""

    def is_intact(self, name: str) -> bool:
        """Decide whether a backup can be restored."""

    def delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """The result of adding a backup to a store: its name, what was deleted, and what is damaged."""

    name: str
    manifest: Manifest
    deleted: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def open_store(address: str) -> Store:
    """Return the store of an address: s3://bucket/prefix or a folder. Raises BackupError."""
    if address.startswith("s3://"):
        # It imports an optional package.
        from operations.backup.stores.s3 import Bucket  # noqa: PLC0415

        return Bucket(address)
    return Folder(Path(address))


def add_backup(store: Store, *, keep: int, now: datetime, with_secrets: bool = False) -> Kept:
    """Make a backup in the store and delete all but the newest `keep` that are intact. Raises BackupError.

    Nothing is deleted before the new backup is complete and verified. A damaged one among the newest does not count and stays.
    """
    name = f"baeum-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"
    kept = Kept(name, store.add(name, with_secrets=with_secrets))
    # The new one was verified when it was added.
    intact = 1
    for other in sorted((other for other in store.names() if _NAME.fullmatch(other) and other != name), reverse=True):
        if intact >= keep:
            store.delete(other)
            kept.deleted.append(other)
        elif store.is_intact(other):
            intact += 1
        else:
            kept.damaged.append(other)
    return kept


class Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not folder.is_dir():
            raise BackupError(_("There is no folder %(folder)s.") % {"folder": folder})

    def names(self) -> list[str]:
        return [path.name for path in self._folder.iterdir()]

    def add(self, name: str, *, with_secrets: bool) -> Manifest:
        return making.make(self._folder / name, with_secrets=with_secrets)

    def is_intact(self, name: str) -> bool:
        try:
            Archive(self._folder / name).verify()
        except (BackupError, OSError):
            return False
        return True

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)
