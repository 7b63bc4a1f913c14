"""Find zip bombs and archives with programs. Reads only an archive's table of contents."""

import zipfile
from typing import IO

from django.utils.translation import gettext as _

# Bytes after unpacking, the ratio to the size of the archive, and files.
UNPACKED_LIMIT = 100_000_000
RATIO_LIMIT = 100
ENTRY_LIMIT = 2_000
_PROGRAMS = (".exe", ".dll", ".com", ".bat", ".cmd", ".scr", ".msi", ".jar", ".js", ".vbs", ".ps1", ".sh", ".app")


def find_fault(file: IO[bytes], size: int) -> str:
    """Return why the archive is not accepted, for the reader, or ""."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return _("The archive cannot be read.")
    finally:
        file.seek(0)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRY_LIMIT or unpacked > UNPACKED_LIMIT or unpacked / max(size, 1) > RATIO_LIMIT:
        return _("The archive contains too much data or too many files.")
    if any(entry.filename.lower().endswith(_PROGRAMS) for entry in entries):
        return _("The archive contains a program.")
    return ""
