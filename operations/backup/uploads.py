"""Compare the uploaded files with their rows: after a restore, or when a disk has failed. Nothing is written."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from quizzes.attempts.models import HandInFile
from uploads import parts
from uploads.models import Upload

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not what its row says. `path` is relative to the folder of uploads."""

    what: str
    path: str
    attempt: str


def find_faults() -> Iterator[Fault]:
    """Yield the files that are missing or that differ from what was handed in, also those that a student has removed."""
    files = HandInFile.objects.order_by("pk").select_related("attempt")
    for row in files.iterator(chunk_size=CHUNK):
        try:
            with row.file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            what = _("missing") if isinstance(error, FileNotFoundError) else str(error.strerror)
        else:
            what = "" if digest == row.sha256 else _("changed")
        if what:
            yield Fault(what, str(row.file.name), str(row.attempt.uuid))


def find_strays() -> Iterator[str]:
    """Yield the files that no row names. A process that was killed between the file and its row left them; they do no harm."""
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        name = str(path.relative_to(root))
        if not (HandInFile.objects.filter(file=name).exists() or _is_of_upload(path)):
            yield name


def _is_of_upload(path: Path) -> bool:
    """Whether these are the bytes of an upload that is not complete yet."""
    uuid = parts.find_uuid(path)
    return uuid is not None and Upload.objects.filter(uuid=uuid).exists()
