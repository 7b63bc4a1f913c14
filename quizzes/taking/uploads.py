"""Validate, store and remove the files that students submit.

A file is stored under a random name, outside the pages of the site, and is served as a download only. Its extension must be
allowed by the question, its first bytes must fit the extension, and an archive must not be a zip bomb or contain programs.
"""

import hashlib
import unicodedata
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import IO, Any, cast
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.files import archives
from common.files.storage import removed_without_row
from questions import KINDS, Spec
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.taking import deadline, responses

SIZE_LIMIT = 10_000_000
# Files of one attempt, including removed ones, because those are kept.
UPLOAD_LIMIT = 100

# The first bytes (magic numbers) of file formats that have them.
_MAGIC_NUMBERS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
}
_TEXT = frozenset({"txt", "md", "csv", "ipynb", "json"})


class FileRefused(DomainError):
    slug = "file-refused"
    help = gettext_lazy(
        "The file is not accepted: its type, its content or the number of files is not what the question asks for."
    )


class FileTooLarge(DomainError):
    slug = "file-too-large"
    status = 413
    help = gettext_lazy("The file is larger than 10 MB.")


def add_file(*, attempt: Attempt, question: UUID, upload: UploadedFile[Any], now: datetime) -> HandInFile:
    """Store a file with one answer of an open attempt; after the deadline, as evidence. Idempotent.

    Raises UnknownQuestion, FileRefused, FileTooLarge, AttemptClosed; DeadlinePassed if it was stored as evidence.
    """
    public = _find_file_question(attempt, question)
    name = _plain_name(upload.name or "")
    extension = _check_file(public, name, upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    file = HandInFile(
        attempt=attempt, question=question, name=name, size=upload.size or 0, sha256=digest.hexdigest(), uploaded_at=now
    )
    lock = partial(queries.lock_attempt, attempt)
    try:
        with removed_without_row(file.file, lock):
            deadline.lock_open_attempt(attempt, now)
            return _store_in_time(file, upload, extension, most=public["files"]["max"])
    except deadline.DeadlinePassed:
        with removed_without_row(file.file, lock):
            lock()
            _store_late_file(file, upload, extension)
        raise


def _store_in_time(file: HandInFile, upload: UploadedFile[Any], extension: str, *, most: int) -> HandInFile:
    counted = HandInFile.objects.counted().filter(attempt=file.attempt, question=file.question)
    known = counted.filter(sha256=file.sha256, name=file.name).first()
    if known:
        # It may be missing in a restored site.
        if not known.file.storage.exists(str(known.file.name)):
            known.file.storage.save(known.file.name, upload)
        return known
    if _is_full(file.attempt):
        raise FileRefused(_("Too many files were uploaded and removed in this attempt."))
    if counted.count() >= most:
        raise FileRefused(_("At most %(n)d files belong to this answer. Remove one first.") % {"n": most})
    return _write(file, upload, extension)


def _store_late_file(file: HandInFile, upload: UploadedFile[Any], extension: str) -> None:
    """Store the file as evidence, unless the same file is stored already."""
    same = HandInFile.objects.filter(attempt=file.attempt, question=file.question, sha256=file.sha256, name=file.name)
    if _is_full(file.attempt) or same.filter(removed_at=None).exists():
        return
    # The response is empty, so accepting the file leaves the text that was saved in time.
    file.late_answer = LateAnswer.objects.create(
        attempt=file.attempt, question=file.question, response={}, received_at=file.uploaded_at
    )
    _write(file, upload, extension)


def _is_full(attempt: Attempt) -> bool:
    return HandInFile.objects.filter(attempt=attempt).count() >= UPLOAD_LIMIT


def _write(file: HandInFile, upload: UploadedFile[Any], extension: str) -> HandInFile:
    file.file.save(f"{uuid4()}.{extension}", upload, save=False)
    file.save()
    return file


def remove_file(*, file: HandInFile, now: datetime) -> None:
    """Remove a file from an open attempt. The row and the file are kept but no longer count. Idempotent.

    Raises AttemptClosed.
    """
    with transaction.atomic():
        deadline.lock_open_attempt(file.attempt, now)
        HandInFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=now)


def _plain_name(name: str) -> str:
    """Return the file name without folders, in Unicode NFC, without control and format characters.

    Some of those change the direction of the text, so that "exe.txt" looks like "txt.exe".
    """
    last = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    return "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")[-200:]


def _find_file_question(attempt: Attempt, question: UUID) -> Spec:
    public = attempt.find_question(question)
    if public is None or not KINDS[public["kind"]].with_files:
        raise responses.UnknownQuestion(_("This question is not part of the attempt."), question=str(question))
    return public


def _check_file(public: Spec, name: str, upload: UploadedFile[Any]) -> str:
    """Return the file's extension if the file is accepted. Raises FileRefused, FileTooLarge."""
    extension = PurePath(name).suffix.lower().lstrip(".")
    extension = {"jpeg": "jpg"}.get(extension, extension)
    if extension not in public["files"]["types"]:
        types = ", ".join(public["files"]["types"])
        raise FileRefused(_("This type of file is not accepted here. Accepted types: %(types)s.") % {"types": types})
    if (upload.size or 0) > SIZE_LIMIT:
        raise FileTooLarge(_("The file is too large: at most %(limit)d MB.") % {"limit": SIZE_LIMIT // 1_000_000})
    head = upload.read(4096)
    upload.seek(0)
    if not head:
        raise FileRefused(_("The file is empty."))
    wanted = _MAGIC_NUMBERS.get(extension)
    if (wanted and not head.startswith(wanted)) or (extension in _TEXT and b"\x00" in head):
        raise FileRefused(_("The content of the file is not what its name says."))
    if wanted and wanted[0].startswith(b"PK"):
        fault = archives.find_fault(cast("IO[bytes]", upload), upload.size or 0)
        if fault:
            raise FileRefused(fault)
    return extension
