"""Put a backup into an empty place: a state folder without database and uploads, or a database without tables.

Everything is verified before anything is written, and unpacked beside the place before it is moved into it. The database comes
last: only with it the place counts as restored. What an interrupted restore has moved before is removed by the next one.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from operations.backup import databases, places
from operations.backup.archive import SECRET_KEY, UPLOADS, Archive
from operations.backup.databases import Database
from operations.backup.errors import BackupError
from operations.backup.manifest import Manifest

# The folder in the state folder for a restore that has not ended, and the file in it that says that moving has begun.
_STAGING, _MOVING = ".restoring", "moving"
# The stamp with which `./run` skips the preparation of a database that it has prepared before.
PREPARED = "prepared"


def restore(source: Path) -> Manifest:
    """Restore `source`, completely or not at all. Raises BackupError."""
    archive = Archive(source)
    database = databases.current()
    check_fits(archive.manifest, database)
    home = places.prepare_home()
    try:
        with places.locked(home):
            database.check_empty()
            _undo(home, database)
            _check_no_uploads()
            archive.verify()
            needed = sum(entry.size for entry in archive.manifest.files.values())
            places.check_space(home, needed)
            try:
                _restore(archive, home, database)
            except BaseException:
                _undo(home, database)
                raise
            shutil.rmtree(home / _STAGING)
    except OSError as error:
        raise BackupError(
            _("The backup cannot be restored into %(folder)s: %(why)s")
            % {"folder": home, "why": error.strerror or error}
        ) from error
    return archive.manifest


def check_fits(manifest: Manifest, database: Database) -> None:
    """Raises BackupError if the backup is of the other kind of database or of a newer release."""
    if manifest.vendor != database.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BackupError(
            _("The backup is of %(one)s, and DATABASE_URL names %(other)s.")
            % {"one": names.get(manifest.vendor, manifest.vendor), "other": names[database.vendor]}
        )
    unknown = sorted(set(manifest.migrations) - databases.known_migrations())
    if unknown:
        raise BackupError(
            _(
                "The backup is of a newer release (%(version)s): this code (%(own)s) does not have the migration "
                "%(migration)s."
            )
            % {"version": manifest.version, "own": settings.VERSION, "migration": ".".join(unknown[0])}
        )


def _check_no_uploads() -> None:
    folder: Path = settings.MEDIA_ROOT
    if folder.is_dir() and any(folder.iterdir()):
        raise BackupError(
            _("There are uploads already: %(folder)s. Restore into an empty state folder: BAEUM_HOME=…")
            % {"folder": folder}
        )


def _restore(archive: Archive, home: Path, database: Database) -> None:
    staging = home / _STAGING
    staging.mkdir(mode=0o700)
    file = database.staging(staging)
    archive.extract(archive.manifest.database, file)
    uploads = staging / UPLOADS
    uploads.mkdir(mode=0o700)
    archive.extract_uploads(uploads)
    if SECRET_KEY in archive.manifest.files:
        archive.extract(SECRET_KEY, staging / SECRET_KEY)
    # From here on `_undo` removes what is in the place.
    (staging / _MOVING).touch()
    places.sync(staging)
    with suppress(FileNotFoundError):
        (home / PREPARED).unlink()
    # A folder replaces an empty one.
    os.replace(uploads, settings.MEDIA_ROOT)
    if SECRET_KEY in archive.manifest.files:
        # The key that is replaced is as new as this place: nothing is signed with it.
        (staging / SECRET_KEY).replace(home / SECRET_KEY)
    places.sync(home)
    database.load(file, archive.manifest.rows)


def _undo(home: Path, database: Database) -> None:
    """Remove what a restore that did not end has unpacked and moved. Called with the lock of the state folder."""
    staging = home / _STAGING
    if (staging / _MOVING).exists():
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    database.staging(staging).unlink(missing_ok=True)
    shutil.rmtree(staging, ignore_errors=True)
