"""The file of a backup: a zip archive whose last bytes are a hash of all others.

The first entry is a text that says what the file is, so that a file that was cut off is still recognised. Then come the
database, the uploads and perhaps the secret key; the manifest is the last entry. The comment of the archive, which a zip file
has at its very end, is the SHA-256 of everything before it. So one changed byte is found wherever it is, also in the parts of a
zip file that its own checksums do not cover. Any program for zip files can open the file.
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from django.utils.translation import gettext as _

from operations.backup.errors import BackupError
from operations.backup.manifest import Entry, Manifest

HEAD, MANIFEST, SECRET_KEY, UPLOADS = "BACKUP-OF-BAEUM.txt", "manifest.json", "secret_key", "uploads/"
SEAL = b"sha256 of all bytes before these digits: "
DIGITS = 64
CHUNK = 1024 * 1024
# A manifest has some 100 bytes for each upload; one that is larger is not read.
MANIFEST_LIMIT = 1024 * 1024 * 1024
_EXPLANATION = (
    "This file is a backup of Baeum, a learning-management system. Restore it into an empty place:\n\n"
    "    ./run manage restore FILE\n\n"
    "docs/operations.md says more. manifest.json lists the contents with their SHA-256.\n"
)


class Writer:
    """Writes a backup into `path`, which must not exist yet. Only the owner may read it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b")
        # The lowest level: a backup must not take the processor from the students.
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.entries: dict[str, Entry] = {}
        self._zip.writestr(HEAD, _EXPLANATION)

    def add(self, name: str, write: Callable[[IO[bytes]], None], *, compress: bool = True) -> None:
        """Add an entry whose content `write` writes into the stream that it is given."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as stream:
            counting = _Counting(stream)
            write(cast("IO[bytes]", counting))
        self.entries[name] = Entry(counting.size, counting.digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and the seal, and wait until everything is on the disk."""
        self._zip.writestr(MANIFEST, manifest.to_json())
        self._zip.comment = SEAL + b"0" * DIGITS
        self._zip.close()
        self._file.flush()
        digits = _hash_without_digits(self._file)
        self._file.seek(-DIGITS, os.SEEK_END)
        self._file.write(digits)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        """Close the file, also an unfinished one after an error."""
        with suppress(OSError, ValueError):
            self._zip.close()
        with suppress(OSError):
            self._file.close()


class Archive:
    """A backup that was opened: no byte of it has changed, and its manifest fits the entries."""

    def __init__(self, path: Path) -> None:
        """Raises BackupError, one line, if the file is no backup, was cut off or changed, or is of a newer format."""
        self.path = path
        with _readable(path) as file:
            _check_seal(path, file)
        with self._opened() as archive:
            info = archive.getinfo(MANIFEST)
            if info.file_size > MANIFEST_LIMIT:
                raise BackupError(_("%(file)s is not a backup of Baeum.") % {"file": path})
            self.manifest = Manifest.from_json(archive.read(info))
            names = [name for name in archive.namelist() if name not in (HEAD, MANIFEST)]
        if sorted(names) != sorted(self.manifest.files) or not all(_is_safe(name) for name in names):
            raise BackupError(_("%(file)s does not contain what its manifest lists.") % {"file": path})
        if self.manifest.database not in names:
            raise BackupError(_("%(file)s contains no database.") % {"file": path})

    def verify(self) -> None:
        """Read every entry and compare its size and hash with the manifest. Raises BackupError."""
        with self._opened() as archive:
            for name in self.manifest.files:
                self._read(archive, name, lambda chunk: None)

    def extract(self, name: str, target: Path) -> None:
        """Write an entry into a new file that only the owner may read, and wait until it is on the disk."""
        with self._opened() as archive:
            self._extract(archive, name, target)

    def extract_uploads(self, folder: Path) -> None:
        """Write all uploads below `folder`."""
        with self._opened() as archive:
            for name in self.uploads():
                self._extract(archive, name, folder / name.removeprefix(UPLOADS))

    def uploads(self) -> list[str]:
        return [name for name in self.manifest.files if name.startswith(UPLOADS)]

    def _extract(self, archive: zipfile.ZipFile, name: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            self._read(archive, name, file.write)
            file.flush()
            os.fsync(file.fileno())

    def _read(self, archive: zipfile.ZipFile, name: str, take: Callable[[bytes], Any]) -> None:
        expected = self.manifest.files[name]
        digest, size = hashlib.sha256(), 0
        with archive.open(name) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size > expected.size:
                    break
                take(chunk)
        if (size, digest.hexdigest()) != (expected.size, expected.sha256):
            raise BackupError(
                _("%(file)s: the content of %(name)s is not what its manifest says.")
                % {"file": self.path, "name": name}
            )

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield archive
        except (zipfile.BadZipFile, KeyError, NotImplementedError, EOFError, zlib.error) as error:
            raise BackupError(_("%(file)s is not a backup of Baeum.") % {"file": self.path}) from error


class _Counting:
    """A stream that counts and hashes what is written to another one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self._stream.write(data)


@contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise BackupError(
            _("%(file)s cannot be read: %(why)s") % {"file": path, "why": error.strerror or error}
        ) from error


def _check_seal(path: Path, file: IO[bytes]) -> None:
    # A local header of a zip file has 30 bytes before the name.
    head = file.read(30 + len(HEAD))
    if not head.startswith(b"PK\x03\x04") or head[30:] != HEAD.encode():
        raise BackupError(_("%(file)s is not a backup of Baeum.") % {"file": path})
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - DIGITS - len(SEAL)))
    tail = file.read()
    if not tail.startswith(SEAL):
        raise BackupError(_("%(file)s is cut off or damaged: its end is missing.") % {"file": path})
    if _hash_without_digits(file) != tail[-DIGITS:]:
        raise BackupError(_("%(file)s was changed: its checksum is wrong.") % {"file": path})


def _hash_without_digits(file: IO[bytes]) -> bytes:
    """Return the SHA-256 of everything before the last DIGITS bytes, in hexadecimal digits."""
    left = file.seek(0, os.SEEK_END) - DIGITS
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0:
        chunk = file.read(min(CHUNK, left))
        if not chunk:
            break
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest().encode()


def _is_safe(name: str) -> bool:
    """Decide whether an entry is one that a backup has, and stays inside the folder that it is written to."""
    if not name.startswith(UPLOADS):
        return "/" not in name and "\\" not in name and name not in ("", ".", "..")
    path = PurePosixPath(name)
    return "\x00" not in name and ".." not in path.parts and path.as_posix() == name
