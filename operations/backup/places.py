"""The state folder: its lock, private folders for unfinished work, and space on the disk."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from operations.backup.errors import BackupError

# Bytes that stay free beyond what is needed.
RESERVE = 16 * 1024 * 1024
_UNFINISHED = ".baeum-unfinished-"


def prepare_home() -> Path:
    """Return the state folder, created if necessary."""
    home: Path = settings.BAEUM_HOME
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupError(
            _("The state folder %(folder)s cannot be written to. Set BAEUM_HOME to a folder that can.")
            % {"folder": home}
        ) from error
    return home


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Lock the state folder as `./run` does, so that neither starts while the other runs."""
    with (home / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupError(
                _("Baeum is running with the state folder %(folder)s. Stop it first.") % {"folder": home}
            ) from error
        yield


@contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """A private folder in `parent` for files that are not finished. Removes those of processes that were killed.

    A lock on the folder says that its process is alive.
    """
    remove_leftovers(parent)
    folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=parent))
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_leftovers(parent: Path) -> None:
    """Remove the unfinished folders of processes that were killed."""
    for folder in parent.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def check_space(folder: Path, needed: int) -> None:
    """Raises BackupError if the disk of `folder` has less than `needed` bytes and a reserve."""
    free = shutil.disk_usage(folder).free
    if free < needed + RESERVE:
        raise BackupError(
            _("There is not enough space in %(folder)s: %(needed)s MB are needed, %(free)s MB are free.")
            % {"folder": folder, "needed": (needed + RESERVE) // 1_000_000 + 1, "free": free // 1_000_000}
        )


def folder_size(folder: Path) -> int:
    """Return the bytes of all files below `folder`, which may change meanwhile. 0 if there is no such folder."""
    total = 0
    for root, _folders, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(root, name)).st_size
    return total


def sync(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
