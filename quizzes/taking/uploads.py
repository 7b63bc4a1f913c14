"""Owns the files that students hand in: what is taken, and that nothing dangerous is.

A file is stored under a name of its own, away from the site's pages, and leaves only as a download. Its ending is one
of the question's, its first bytes are those of that ending, and an archive is measured before anybody unpacks it.
"""

import hashlib
import unicodedata
import zipfile
from datetime import datetime
from pathlib import PurePath
from typing import IO, Any, cast
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.questions import KINDS, Spec
from quizzes.taking import deadline, responses

SIZE_LIMIT = 10_000_000
# What an archive may hold once unpacked, and how many times its own size.
UNPACKED_LIMIT = 100_000_000
RATIO_LIMIT = 100
ENTRY_LIMIT = 2_000
# Files of one attempt, those that were removed among them: they are kept.
UPLOAD_LIMIT = 100

# How the formats begin that have a beginning of their own.
_BEGINNINGS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
}
_TEXT = frozenset({"txt", "md", "csv", "ipynb", "json"})
_PROGRAMS = (".exe", ".dll", ".com", ".bat", ".cmd", ".scr", ".msi", ".jar", ".js", ".vbs", ".ps1", ".sh", ".app")


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
    """Keep a file with an open attempt; with one whose time is up, as evidence. The same file twice is one.

    Raises UnknownQuestion, FileRefused, FileTooLarge, AttemptClosed; DeadlinePassed when it was kept as evidence.
    """
    view = _find_file_question(attempt, question)
    name = _plain_name(upload.name or "")
    ending = _check_file(view, name, upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    file = HandInFile(
        attempt=attempt,
        question=question,
        name=name,
        size=upload.size or 0,
        sha256=digest.hexdigest(),
        uploaded_at=now,
    )
    try:
        with transaction.atomic():
            deadline.lock_open_attempt(attempt, now)
            return _store_in_time(file, upload, ending, most=view["files"]["max"])
    except deadline.DeadlinePassed:
        with transaction.atomic():
            queries.lock_attempt(attempt)
            _store_late_file(file, upload, ending)
        raise


def _store_in_time(file: HandInFile, upload: UploadedFile[Any], ending: str, *, most: int) -> HandInFile:
    standing = HandInFile.objects.counted().filter(attempt=file.attempt, question=file.question)
    known = standing.filter(sha256=file.sha256, name=file.name).first()
    if known:
        return known
    if _is_full(file.attempt):
        raise FileRefused(_("Too many files were uploaded and removed in this attempt."))
    if standing.count() >= most:
        raise FileRefused(_("At most %(n)d files belong to this answer. Remove one first.") % {"n": most})
    return _stored(file, upload, ending)


def _store_late_file(file: HandInFile, upload: UploadedFile[Any], ending: str) -> None:
    """Keep what is neither there nor waiting for a word on it."""
    same = HandInFile.objects.filter(attempt=file.attempt, question=file.question, sha256=file.sha256, name=file.name)
    if _is_full(file.attempt) or same.filter(removed_at=None).exists():
        return
    # Without an answer of its own: what was written in time stays when the file is accepted.
    file.late_answer = LateAnswer.objects.create(
        attempt=file.attempt, question=file.question, response={}, received_at=file.uploaded_at
    )
    _stored(file, upload, ending)


def _is_full(attempt: Attempt) -> bool:
    return HandInFile.objects.filter(attempt=attempt).count() >= UPLOAD_LIMIT


def _stored(file: HandInFile, upload: UploadedFile[Any], ending: str) -> HandInFile:
    file.file.save(f"{uuid4()}.{ending}", upload, save=False)
    file.save()
    return file


def remove_file(*, file: HandInFile, now: datetime) -> None:
    """Take a file out of an open attempt; it is kept, and counts no more. Twice is once. Raises AttemptClosed."""
    with transaction.atomic():
        deadline.lock_open_attempt(file.attempt, now)
        HandInFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=now)


def _find_file_question(attempt: Attempt, question: UUID) -> Spec:
    view = attempt.find_question(question)
    if view is None or not KINDS[view["kind"]].with_files:
        raise responses.UnknownQuestion(_("This question is not part of the attempt."), question=str(question))
    return view


def _plain_name(name: str) -> str:
    """The last part of a path, composed, without characters that are not seen: some turn exe.txt into txt.exe."""
    last = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    return "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")[-200:]


def _check_file(view: Spec, name: str, upload: UploadedFile[Any]) -> str:
    """The file's ending, if the file may be taken. Raises FileRefused, FileTooLarge."""
    ending = PurePath(name).suffix.lower().lstrip(".")
    ending = {"jpeg": "jpg"}.get(ending, ending)
    if ending not in view["files"]["types"]:
        types = ", ".join(view["files"]["types"])
        raise FileRefused(_("This kind of file is not taken here. What is: %(types)s.") % {"types": types})
    if (upload.size or 0) > SIZE_LIMIT:
        raise FileTooLarge(_("The file is too large: at most %(limit)d MB.") % {"limit": SIZE_LIMIT // 1_000_000})
    beginning = upload.read(4096)
    upload.seek(0)
    if not beginning:
        raise FileRefused(_("The file is empty."))
    wanted = _BEGINNINGS.get(ending)
    if (wanted and not beginning.startswith(wanted)) or (ending in _TEXT and b"\x00" in beginning):
        raise FileRefused(_("The content of the file is not what its name says."))
    if wanted and wanted[0].startswith(b"PK"):
        _check_archive(upload)
    return ending


def _check_archive(upload: UploadedFile[Any]) -> None:
    """Refuse what would burst when unpacked, and programs. Only the list of contents is read."""
    try:
        with zipfile.ZipFile(cast("IO[bytes]", upload)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise FileRefused(_("The archive cannot be read.")) from error
    finally:
        upload.seek(0)
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(upload.size or 0, 1)
    if len(entries) > ENTRY_LIMIT or unpacked > UNPACKED_LIMIT or unpacked / packed > RATIO_LIMIT:
        raise FileRefused(_("The archive holds too much."))
    if any(entry.filename.lower().endswith(_PROGRAMS) for entry in entries):
        raise FileRefused(_("The archive holds a program."))
