"""Keep the bytes of unfinished uploads on the disk: one hidden file for each, which a lock of the system protects.

The lock ends with the process that has it, however that ends. The folder is on one machine, as that of all uploads.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

FOLDER = "unfinished"
# A backup leaves out files with such names: the device still has the bytes.
_ENDING = ".part"


class PartInUse(Exception):
    """Another request writes to the file now."""


def get_path(uuid: UUID) -> Path:
    return Path(settings.MEDIA_ROOT, FOLDER, f".{uuid}{_ENDING}")


def find_uuid(path: Path) -> UUID | None:
    """Return of which upload this is the file, None if it is no such file."""
    try:
        return UUID(path.name.removeprefix(".").removesuffix(_ENDING)) if path.parent.name == FOLDER else None
    except ValueError:
        return None


def find_all() -> list[UUID]:
    """Return the uploads that have a file."""
    folder = Path(settings.MEDIA_ROOT, FOLDER)
    return sorted(uuid for path in folder.glob(f".*{_ENDING}") if (uuid := find_uuid(path)))


def get_size(uuid: UUID) -> int:
    """Return how many bytes the file has, 0 if there is none."""
    try:
        return get_path(uuid).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def lock_part(uuid: UUID) -> Iterator[IO[bytes]]:
    """Open the file of an upload for this process alone. It is made if there is none. Raises PartInUse."""
    path = get_path(uuid)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PartInUse from None
        yield file


def write(file: IO[bytes], at: int, content: Iterable[bytes]) -> int:
    """Write from byte `at` on, in place of what may be there. Return the new size. The bytes are on the disk then."""
    file.truncate(at)
    file.seek(at)
    for block in content:
        file.write(block)
    flush(file)
    return file.tell()


def cut(file: IO[bytes], at: int) -> None:
    """Forget the bytes from `at` on."""
    file.truncate(at)
    flush(file)


def flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def remove(uuid: UUID) -> None:
    """Delete the file. Only with its lock. Idempotent."""
    get_path(uuid).unlink(missing_ok=True)
