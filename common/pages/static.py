"""Owns how a static file's address changes when the file does, where nothing was collected."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class FingerprintedStorage(StaticFilesStorage):
    """Adds `?v=<time and size of the file>`, so that browsers may keep a file for a year and still see the next one.

    The embedded mode serves the folders as they are: collecting and hashing would make the first start slow.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def url(self, name: str | None) -> str:
        name = name or ""
        if name not in self._known:
            path = finders.find(name)
            stamp = ""
            if isinstance(path, str):
                stat = Path(path).stat()
                stamp = f"?v={stat.st_mtime_ns:x}{stat.st_size:x}"
            self._known[name] = super().url(name) + stamp
        return self._known[name]
