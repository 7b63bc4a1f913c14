"""Store uploads so that a file is complete and on the disk, or not there at all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.db.models.fields.files import FieldFile


class WholeFileStorage(FileSystemStorage):
    """Django's storage writes the file under its final name and leaves a part of it if the disk is full or the process killed.

    Here a file is written under a hidden name, flushed to the disk and then renamed.
    """

    def _save(self, name: str, content: File[Any]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.part")
        try:
            with unfinished.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if self.file_permissions_mode is not None:
                unfinished.chmod(self.file_permissions_mode)
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
        return name


def _flush_folder(folder: Path) -> None:
    """Flush the names of the folder's files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def removed_without_row(file: FieldFile, lock: Callable[[], object]) -> Iterator[None]:
    """A transaction that writes `file` and its row. If it fails, a file that no row names is removed.

    A commit may fail without an answer, so whether the row is there is read afterwards. `lock` takes a lock that the
    transaction has too: it waits until the database has ended that one. If the database cannot be asked, the file stays.
    """
    try:
        with transaction.atomic():
            yield
    except BaseException:
        if file:
            with suppress(DatabaseFailure), transaction.atomic():
                lock()
                if not _has_row(file):
                    file.storage.delete(file.name or "")
        raise


def _has_row(file: FieldFile) -> bool:
    """Whether the row is stored. It may have an id without that, and another row may have the same one by now."""
    rows = type(file.instance)._default_manager
    return rows.filter(pk=file.instance.pk, **{file.field.name: file.name}).exists()
