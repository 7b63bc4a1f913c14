"""Validate, store and remove the files that students submit.

A file is stored under a random name, outside the pages of the site, and is served as a download only. Its extension must be
allowed by the question, its first bytes must fit the extension, and an archive must not be a zip bomb or contain programs.
"""

import hashlib
from datetime import datetime
from functools import partial
from typing import IO, Any, cast
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.files import names
from common.files.storage import removed_without_row
from questions import KINDS, Spec
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.taking import deadline, responses

SIZE_LIMIT = 10_000_000
# Files of one attempt, including removed ones, because those are kept.
UPLOAD_LIMIT = 100


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
    file, closed = store_file(attempt=attempt, question=question, upload=upload, now=now)
    if closed:
        raise closed
    assert file is not None
    return file


def check_announced(*, attempt: Attempt, question: UUID, name: str, size: int, now: datetime) -> str:
    """Check what is known of a file before it comes. Return its plain name. Raises as `add_file`; not after a deadline."""
    public = _find_file_question(attempt, question)
    name = names.plain_name(name)
    _check_name(public, name, size)
    closed = deadline.find_closed(attempt, now)
    if closed is None or isinstance(closed, deadline.DeadlinePassed):
        _check_room(attempt, question, most=None if closed else public["files"]["max"])
        return name
    raise closed


def store_file(
    *, attempt: Attempt, question: UUID, upload: UploadedFile[Any], now: datetime, begun_at: datetime | None = None
) -> tuple[HandInFile | None, deadline.AttemptClosed | None]:
    """Store a file as `add_file` does. Return it, and why it is only evidence. None if there is no room for evidence.

    A file that came in pieces began at `begun_at`: then it is evidence after a submit, too. Raises what refuses the file.
    """
    public = _find_file_question(attempt, question)
    name = names.plain_name(upload.name or "")
    extension = _check_name(public, name, upload.size or 0)
    fault = names.find_fault(cast("IO[bytes]", upload), upload.size or 0, extension)
    if fault:
        raise FileRefused(fault)
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
            return _store_in_time(file, upload, extension, most=public["files"]["max"]), None
    except deadline.AttemptClosed as closed:
        if begun_at is None and not isinstance(closed, deadline.DeadlinePassed):
            raise
        with removed_without_row(file.file, lock):
            lock()
            return _store_late_file(file, upload, extension, begun_at), closed


def _store_in_time(file: HandInFile, upload: UploadedFile[Any], extension: str, *, most: int) -> HandInFile:
    counted = HandInFile.objects.counted().filter(attempt=file.attempt, question=file.question)
    known = counted.filter(sha256=file.sha256, name=file.name).first()
    if known:
        # It may be missing in a restored site.
        if not known.file.storage.exists(str(known.file.name)):
            known.file.storage.save(known.file.name, upload)
        return known
    _check_room(file.attempt, file.question, most=most)
    return _write(file, upload, extension)


def _store_late_file(
    file: HandInFile, upload: UploadedFile[Any], extension: str, begun_at: datetime | None
) -> HandInFile | None:
    """Store the file as evidence, unless the same file is stored already. Return None if there is no room."""
    same = HandInFile.objects.filter(attempt=file.attempt, question=file.question, sha256=file.sha256, name=file.name)
    known = same.filter(removed_at=None).first()
    if known or _is_full(file.attempt):
        return known
    # The response is empty, so accepting the file leaves the text that was saved in time.
    file.late_answer = LateAnswer.objects.create(
        attempt=file.attempt, question=file.question, response={}, received_at=file.uploaded_at, typed_at=begun_at
    )
    return _write(file, upload, extension)


def _check_room(attempt: Attempt, question: UUID, *, most: int | None) -> None:
    """Raises FileRefused if the attempt has too many files, or the answer `most` of them (None: it does not matter)."""
    if _is_full(attempt):
        raise FileRefused(_("Too many files were uploaded and removed in this attempt."))
    if most and HandInFile.objects.counted().filter(attempt=attempt, question=question).count() >= most:
        raise FileRefused(_("At most %(n)d files belong to this answer. Remove one first.") % {"n": most})


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


def _find_file_question(attempt: Attempt, question: UUID) -> Spec:
    public = attempt.find_question(question)
    if public is None or not KINDS[public["kind"]].with_files:
        raise responses.UnknownQuestion(_("This question is not part of the attempt."), question=str(question))
    return public


def _check_name(public: Spec, name: str, size: int) -> str:
    """Return the file's extension if its name and size are accepted. Raises FileRefused, FileTooLarge."""
    extension = names.get_extension(name)
    if extension not in public["files"]["types"]:
        types = ", ".join(public["files"]["types"])
        raise FileRefused(_("This type of file is not accepted here. Accepted types: %(types)s.") % {"types": types})
    if size > SIZE_LIMIT:
        raise FileTooLarge(_("The file is too large: at most %(limit)d MB.") % {"limit": SIZE_LIMIT // 1_000_000})
    return extension
