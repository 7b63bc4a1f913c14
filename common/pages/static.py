"""Build addresses of static files that change when the file changes, without collectstatic."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class FingerprintedStorage(StaticFilesStorage):
    """Add `?v=<modification time and size>` to each address, so that browsers may cache files for a year.

    The embedded mode serves the source folders, because collecting and hashing the files would make the first start slow.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def url(self, name: str | None) -> str:
        name = name or ""
        if name not in self._known:
            path = finders.find(name)
            stamp = ""
            # Style sheets name fonts without a stamp. A preloaded font must have the same address, else it is loaded twice.
            if isinstance(path, str) and not name.endswith(".woff2"):
                stat = Path(path).stat()
                stamp = f"?v={stat.st_mtime_ns:x}{stat.st_size:x}"
            self._known[name] = super().url(name) + stamp
        return self._known[name]
