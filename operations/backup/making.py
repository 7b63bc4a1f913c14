"""Write a backup of the site while students answer.

1. The database is read at one moment.
2. Then the uploads are copied. An upload is written before its row is committed (`quizzes.taking.uploads`), and the file of a
   committed row is never deleted, also when a student removes it from the answer. So each file that a row of the snapshot names
   exists when its turn comes. A file that arrived later is in the backup without a row, which does no harm.
3. The backup is read back and compared with its manifest, and only then gets its name. A killed backup leaves a folder that the
   next one in the same place removes.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from errno import EEXIST
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from operations.backup import databases, places
from operations.backup.archive import SECRET_KEY, UPLOADS, Archive, Writer
from operations.backup.errors import BackupError
from operations.backup.manifest import Manifest

# Uploads that are being written have a hidden name with this end. No row names them.
UNFINISHED = ".part"


def make(target: Path, *, with_secrets: bool = False, force: bool = False) -> Manifest:
    """Write a backup to `target`, complete and verified or not at all. Raises BackupError.

    An existing file is replaced only with `force`.
    """
    _check_target(target, force=force)
    secrets = _secret_files() if with_secrets else []
    database = databases.current()
    try:
        needed = database.size() + database.space_for_snapshot() + places.folder_size(settings.MEDIA_ROOT)
        places.check_space(target.parent, needed)
        with places.unfinished_folder(target.parent) as folder:
            unnamed = folder / "backup"
            manifest = _write(unnamed, folder, database, secrets)
            Archive(unnamed).verify()
            _name(unnamed, target, force=force)
            places.sync(target.parent)
    except OSError as error:
        raise BackupError(
            _("The backup %(file)s cannot be written: %(why)s") % {"file": target, "why": error.strerror or error}
        ) from error
    return manifest


def _check_target(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise BackupError(
            _("%(file)s is a folder. For a backup with a name of its own: --to FOLDER") % {"file": target}
        )
    if target.exists() and not force:
        raise _exists(target)
    if not target.parent.is_dir():
        raise BackupError(_("There is no folder %(folder)s.") % {"folder": target.parent})


def _exists(target: Path) -> BackupError:
    return BackupError(_("%(file)s exists already. --force replaces it.") % {"file": target})


def _secret_files() -> list[Path]:
    path: Path = settings.BAEUM_HOME / "secret_key"
    if not path.exists() or path.read_text().strip() != settings.SECRET_KEY:
        raise BackupError(
            _("The secret key comes from the environment (SECRET_KEY). Keep it yourself, and leave out --with-secrets.")
        )
    return [path]


def _write(path: Path, folder: Path, database: databases.Database, secrets: list[Path]) -> Manifest:
    writer = Writer(path)
    try:
        created_at = datetime.now(UTC)
        with database.snapshot(folder) as snapshot:
            writer.add(database.entry, snapshot.write, compress=database.compress)
        skipped = [
            name for name, file in _uploads(settings.MEDIA_ROOT) if not _add_file(writer, f"{UPLOADS}{name}", file)
        ]
        for secret in secrets:
            if not _add_file(writer, SECRET_KEY, secret):
                raise BackupError(_("%(file)s cannot be read: %(why)s") % {"file": secret, "why": "not a file"})
        manifest = Manifest(
            version=settings.VERSION,
            created_at=created_at.isoformat(timespec="seconds"),
            vendor=database.vendor,
            server=snapshot.server,
            database=database.entry,
            migrations=snapshot.migrations,
            rows=snapshot.rows,
            files=writer.entries,
            secrets=[SECRET_KEY] if secrets else [],
            missing_uploads=sorted(name for name in snapshot.uploads if f"{UPLOADS}{name}" not in writer.entries),
            skipped=skipped,
        )
        writer.finish(manifest)
    finally:
        writer.close()
    return manifest


def _uploads(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the uploads with their names relative to `folder`, in the order of their names."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        # Links to folders are not followed. They are yielded, so that the manifest lists what was left out.
        for name in sorted([*names, *(name for name in folders if Path(root, name).is_symlink())]):
            path = Path(root, name)
            if name.startswith(".") and name.endswith(UNFINISHED):
                continue
            yield path.relative_to(folder).as_posix(), path


def _add_file(writer: Writer, name: str, path: Path) -> bool:
    """Add a file. Return False if it is none that can be added: a symbolic link, a socket, a name that is not UTF-8, deleted."""
    try:
        name.encode()
        # NONBLOCK: opening a named pipe would wait for its writer.
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except (OSError, UnicodeEncodeError):
        return False
    with file:
        if not path.is_file():
            return False

        def write(stream: IO[bytes]) -> None:
            shutil.copyfileobj(file, stream, 1024 * 1024)

        writer.add(name, write)
    return True


def _name(unnamed: Path, target: Path, *, force: bool) -> None:
    """Give the finished file its name. Without `force` this fails if another process has created one meanwhile."""
    if force:
        unnamed.replace(target)
        return
    try:
        # Unlike a rename, a link never replaces a file.
        os.link(unnamed, target)
    except OSError as error:
        if error.errno == EEXIST or target.exists():
            raise _exists(target) from error
        # Some network disks have no links.
        unnamed.rename(target)
