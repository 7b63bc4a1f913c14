"""Describe a backup: what is in it, where it comes from, and the hash of every file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from operations.backup.errors import BackupError

# The format of the file. A reader refuses a higher number.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup: its size in bytes and its SHA-256 in hexadecimal digits."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    version: str
    created_at: str
    # "sqlite" or "postgresql", and the version of the server or library.
    vendor: str
    server: str
    # The name of the database's file in the backup.
    database: str
    # The migrations that were applied: (app, name).
    migrations: list[tuple[str, str]]
    # {table: number of rows}
    rows: dict[str, int]
    # {name in the backup: entry}, without the manifest.
    files: dict[str, Entry]
    # The secrets in the backup: [] or ["secret_key"].
    secrets: list[str] = field(default_factory=list)
    # Uploads that a row names and that did not exist.
    missing_uploads: list[str] = field(default_factory=list)
    # Entries of the uploads folder that were left out: symbolic links, sockets, names that are not UTF-8.
    skipped: list[str] = field(default_factory=list)

    def to_json(self) -> bytes:
        # In ASCII: names that are not UTF-8 (in `skipped`) can be written only so.
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """Read a manifest. Raises BackupError if its format is newer than this code or if it cannot be read."""
        try:
            data: dict[str, Any] = json.loads(content)
            if data["format"] > FORMAT:
                raise BackupError(
                    _(
                        "The backup was made by a newer Baeum (%(version)s, format %(format)s). Restore it with that one."
                    )
                    % {"version": data.get("version"), "format": data["format"]}
                )
            del data["format"]
            files = {name: Entry(**entry) for name, entry in _mapping(data.pop("files")).items()}
            migrations = [(str(app), str(name)) for app, name in data.pop("migrations")]
            return cls(files=files, migrations=migrations, **data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError(_("The manifest of the backup cannot be read: %(why)s") % {"why": error}) from error


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not a mapping")
    return value
