"""Flush files to the disk. Needs nothing of Django, because the web server does it for the application."""

import os
from collections.abc import Iterable

# macOS has no fdatasync.
flush = getattr(os, "fdatasync", os.fsync)


def flush_files(files: Iterable[int]) -> None:
    """Flush open files, each once however often it is open, and close them. Raises OSError if the disk fails."""
    files = list(files)
    try:
        for file in {os.fstat(file).st_ino: file for file in files}.values():
            flush(file)
    finally:
        for file in files:
            os.close(file)
