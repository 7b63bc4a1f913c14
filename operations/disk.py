"""Whether the site can write to its folders."""

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

# Bytes of the probe: more than what a file system may store beside a file's name.
PROBE_SIZE = 64 * 1024


def state() -> str:
    """Return "ok", "low" (less free space than BAEUM_MIN_FREE_MB) or "full" (or read-only: nothing can be written)."""
    folders = [folder for folder in _folders() if folder.is_dir()]
    try:
        for folder in folders:
            _write_to(folder)
            if shutil.disk_usage(folder).free < settings.MIN_FREE_BYTES:
                return "low"
    except OSError:
        return "full"
    return "ok"


def _folders() -> list[Path]:
    """The state folder, the uploads, and the folder of the SQLite database. They may be on different disks."""
    folders = {settings.BAEUM_HOME, Path(settings.MEDIA_ROOT)}
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and not str(database["NAME"]).startswith((":", "file:")):
        folders.add(Path(database["NAME"]).parent)
    return sorted(folders)


def _write_to(folder: Path) -> None:
    """Raises OSError. A file without a name, so that nothing is left behind if the process is killed."""
    with tempfile.TemporaryFile(dir=folder, prefix=".probe") as probe:
        os.write(probe.fileno(), b"\0" * PROBE_SIZE)
