"""Take a file in pieces, and hand it in when it is complete.

1. The bytes of a piece are written and flushed. Then the row says how many there are. After a crash between the two the row has
   the smaller number, and the bytes behind it are written again.
2. With the last byte the file is handed in. The row says that all bytes are there only after that: whoever asks and hears so may
   forget the file. If it is refused, or the disk is full, the last byte counts as not received. The bytes before it stay.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import Error as DatabaseFailure
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from common.lookup import or_404
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.taking import uploads
from quizzes.taking.uploads import FileRefused
from uploads import parts
from uploads.models import Upload

# How long an upload is kept after its last piece.
LIFETIME = timedelta(days=7)
# Unfinished uploads of one person at a time. Each is at most `uploads.SIZE_LIMIT` bytes.
OPEN_LIMIT = 20


class OffsetConflict(DomainError):
    slug = "offset-conflict"
    status = 409
    help = gettext_lazy(
        "The piece does not begin where the upload has come to: another device has sent something, or an answer was lost. "
        "Nothing was stored. `Upload-Offset` says how many bytes are there: go on from there."
    )

    def __init__(self, offset: int) -> None:
        super().__init__(_("This upload has come to byte %(n)d. Go on from there.") % {"n": offset})
        self.headers = {"Upload-Offset": str(offset)}


class UploadLocked(DomainError):
    slug = "upload-locked"
    status = 423
    help = gettext_lazy(
        "Another request sends a piece of this upload now. Nothing was stored. Ask with HEAD, then go on from there."
    )

    def __init__(self) -> None:
        super().__init__(_("Another piece of this upload is being stored."))
        self.wait = 1


class UploadExpired(DomainError):
    slug = "upload-expired"
    status = 410
    help = gettext_lazy(
        "The upload was not completed in time (`Upload-Expires`), so its bytes were deleted. Begin a new one."
    )


class TooManyBytes(DomainError):
    slug = "too-many-bytes"
    status = 413
    help = gettext_lazy("The piece has more bytes than `Upload-Length` leaves for it. Nothing was stored.")


class TooManyUploads(DomainError):
    slug = "too-many-uploads"
    status = 409
    help = gettext_lazy("The account has as many unfinished uploads as are allowed. Complete or delete one of them.")


class ChecksumMismatch(DomainError):
    slug = "checksum-mismatch"
    status = 460
    help = gettext_lazy(
        "The piece did not arrive as it was sent: its checksum is another one, or it was cut off. Nothing was stored. "
        "Send it again."
    )


def begin(
    *, user: User, attempt: Attempt, question: UUID, name: str, size: int, metadata: str, now: datetime
) -> Upload:
    """Take a note of a file that will come in pieces.

    Raises UnknownQuestion, FileRefused, FileTooLarge and AttemptClosed, as far as that is known before the first byte, and
    TooManyUploads.
    """
    plain = uploads.check_announced(attempt=attempt, question=question, name=name, size=size, now=now)
    if not size:
        raise FileRefused(_("The file is empty."))
    if Upload.objects.filter(attempt__enrolment__user=user, status="open", expires_at__gt=now).count() >= OPEN_LIMIT:
        raise TooManyUploads(_("There are %(n)d unfinished uploads already.") % {"n": OPEN_LIMIT})
    return Upload.objects.create(
        attempt=attempt, question=question, name=plain, size=size, metadata=metadata, created_at=now,
        expires_at=now + LIFETIME,
    )  # fmt: skip


def get_offset(upload: Upload) -> int:
    """Return how many bytes are there: the smaller one of what the row says and what the disk has."""
    if upload.status != Upload.Status.OPEN:
        return upload.size
    return min(upload.received, parts.get_size(upload.uuid))


def find_own(user: User, uuid: UUID, now: datetime) -> Upload:
    """Return the user's own upload, with its attempt as by `find_own_attempt`. Raises Http404, UploadExpired."""
    upload = or_404(Upload.objects.filter(uuid=uuid).select_related("attempt", "file").first())
    upload.attempt = or_404(queries.find_own_attempt(user, upload.attempt.uuid))
    if upload.expires_at <= now:
        or_404(upload if upload.status == Upload.Status.OPEN else None)
        raise UploadExpired(_("This upload was not completed in time. Begin a new one."))
    return upload


def list_open(attempt: Attempt, question: UUID, now: datetime) -> list[Upload]:
    """Return the unfinished uploads of one answer. One query."""
    found = Upload.objects.filter(attempt=attempt, question=question, status=Upload.Status.OPEN, expires_at__gt=now)
    return list(found.select_related("attempt", "file"))


def append(
    *, upload: Upload, offset: int, size: int, content: Iterable[bytes], is_intact: Callable[[], bool], now: datetime
) -> None:
    """Store `size` bytes that begin at `offset`. With the last ones the file is handed in, once. Changes `upload`.

    `is_intact` is asked after all of `content` was read. Raises OffsetConflict, UploadLocked, TooManyBytes, ChecksumMismatch,
    Http404 if the upload was deleted meanwhile, and what `uploads.store_file` raises.
    """
    _check_place(upload, offset, size)
    # Nothing is left to do of a complete one.
    if upload.status != Upload.Status.OPEN:
        return
    try:
        with parts.lock_part(upload.uuid) as part:
            _read_again(upload)
            _check_place(upload, offset, size)
            received = parts.write(part, offset, content)
            if not is_intact():
                parts.cut(part, offset)
                raise ChecksumMismatch(_("The piece did not arrive as it was sent. Send it again."))
            _take_note(upload, part, received, now)
    except parts.PartInUse:
        raise UploadLocked from None


def _check_place(upload: Upload, offset: int, size: int) -> None:
    at = get_offset(upload)
    if offset != at:
        raise OffsetConflict(at)
    if size > upload.size - at:
        raise TooManyBytes(_("The piece is longer than what is missing of the file."))


def _read_again(upload: Upload) -> None:
    """Read what others have changed before this request had the lock. Raises Http404, and OffsetConflict if it is complete."""
    stored = Upload.objects.filter(pk=upload.pk).first()
    if stored is None or stored.status != Upload.Status.OPEN:
        # Opening the file has made a new one.
        parts.remove(upload.uuid)
        or_404(stored)
        raise OffsetConflict(upload.size)
    upload.received, upload.expires_at = stored.received, stored.expires_at


def _take_note(upload: Upload, part: IO[bytes], received: int, now: datetime) -> None:
    upload.expires_at = now + LIFETIME
    if received < upload.size:
        upload.received = received
        upload.save(update_fields=["received", "expires_at"])
        return
    try:
        _hand_in(upload, part, now)
    except BaseException:
        with suppress(DatabaseFailure):
            upload.received = upload.size - 1
            upload.save(update_fields=["received", "expires_at"])
        raise
    parts.remove(upload.uuid)


def _hand_in(upload: Upload, part: IO[bytes], now: datetime) -> None:
    """Make the file a part of the answer. Done again after a crash, it finds the file that is there already."""
    part.seek(0)
    content = UploadedFile(part, upload.name, size=upload.size)
    file, _closed = uploads.store_file(
        attempt=upload.attempt, question=upload.question, upload=content, now=now, begun_at=upload.created_at
    )
    if file is None:
        raise FileRefused(_("The file came too late, and too many files are kept for your instructor already."))
    upload.file = file
    upload.status = Upload.Status.EVIDENCE if file.late_answer_id else Upload.Status.HANDED_IN
    upload.received = upload.size
    upload.save(update_fields=["file", "status", "received", "expires_at"])


def remove(*, upload: Upload) -> None:
    """Forget an upload. What was handed in stays handed in. Idempotent. Raises UploadLocked."""
    try:
        with parts.lock_part(upload.uuid):
            upload.delete()
            parts.remove(upload.uuid)
    except parts.PartInUse:
        raise UploadLocked from None
