"""Carry a request out once, however often an app sends it with the same `Idempotency-Key`, and repeat its first answer.

A request first claims its key by one statement, so that of two at the same time one runs. Neither the claim nor the answer waits
for the disk: after a power cut, the request may run again, as it would without a key.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import Error as DatabaseFailure
from django.db import connection
from django.db.models import QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.api.models import IdempotentRequest
from common import outages
from common.database.durability import relaxed_durability
from common.errors import DomainError

log = structlog.get_logger(__name__)

HEADER = "HTTP_IDEMPOTENCY_KEY"
LIFETIME = timedelta(hours=24)
# No request takes this long (HANG_LIMIT). One that is older and has no answer was interrupted, and may be carried out again.
LONGEST_RUN = timedelta(seconds=60)
# Seconds after which a client should ask for the answer of a request that still runs.
_RETRY_AFTER = 1
_KEY = re.compile(r"[!-~]{1,255}")
_STORED_HEADERS = (
    "Content-Type", "Location", "Retry-After", "Link", "Deprecation", "Sunset", "Upload-Offset", "Upload-Expires",
)  # fmt: skip
# Headers that say what is wanted, as a body does.
_WANTED = ("HTTP_UPLOAD_LENGTH", "HTTP_UPLOAD_METADATA")
# Answers that say nothing about the request itself: sent again, it may be carried out.
_PASSING = (401, 408, 429)
_FIELDS = [field for field in IdempotentRequest._meta.concrete_fields if not field.primary_key]


class KeyReused(DomainError):
    slug = "idempotency-key-reused"
    status = 422
    help = gettext_lazy(
        "The `Idempotency-Key` was sent before with another body or to another address. Nothing was done. Each new request needs "
        "a key of its own; only a request that is sent again has the same one."
    )

    def __init__(self) -> None:
        super().__init__(_("This key belongs to another request."))


class StillRunning(DomainError):
    slug = "request-still-running"
    status = 409
    help = gettext_lazy(
        "The first request with this `Idempotency-Key` is still being carried out. Send it again after as many seconds as "
        "`Retry-After` says; then its answer comes."
    )

    def __init__(self) -> None:
        super().__init__(_("This request is still being carried out."))
        self.wait = _RETRY_AFTER


class Replay(Exception):
    """Raised when the request was carried out before. `response` is its first answer."""

    def __init__(self, stored: IdempotentRequest) -> None:
        assert stored.status is not None
        self.response = HttpResponse(bytes(stored.body), status=stored.status, headers=stored.headers)
        if "Content-Type" not in stored.headers:
            del self.response.headers["Content-Type"]
        self.response.headers["Idempotent-Replayed"] = "true"


def claim(request: Request) -> IdempotentRequest:
    """Claim the key of the request. Raises Replay, KeyReused, StillRunning, or ValidationError for a key that is none."""
    key = request.META[HEADER]
    if not _KEY.fullmatch(key):
        raise ValidationError({"Idempotency-Key": [_("1 to 255 characters of ASCII without spaces are expected.")]})
    # The view has let in nobody who is not signed in.
    assert request.user.pk is not None
    wanted = IdempotentRequest(user_id=request.user.pk, key=key, digest=_digest(request), created_at=timezone.now())
    if _insert(wanted):
        return wanted
    return _take_over(wanted)


def finish(claimed: IdempotentRequest, response: HttpResponse) -> None:
    """Store the answer. An error of the server and what passes by itself is not stored: the request may be sent again."""
    if response.status_code >= 500 or response.status_code in _PASSING:
        release(claimed)
        return
    headers = {name: response.headers[name] for name in _STORED_HEADERS if name in response.headers}
    # The middleware would name the language of the request that is sent again.
    headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
    _try(claimed, status=response.status_code, headers=headers, body=response.content)


def release(claimed: IdempotentRequest) -> None:
    """Give up the key of a request that failed, so that it can be sent again."""
    _try(claimed)


def _try(claimed: IdempotentRequest, **answer: object) -> None:
    mine = _rows(claimed).filter(created_at=claimed.created_at)
    try:
        with relaxed_durability():
            if answer:
                mine.update(**answer)
            else:
                mine.delete()
    except DatabaseFailure as error:
        # The request has been answered. Its claim ends by itself.
        if not outages.is_outage(error):
            raise
        log.warning("answer_not_stored", error=str(error))


def _rows(claimed: IdempotentRequest) -> QuerySet[IdempotentRequest]:
    return IdempotentRequest.objects.filter(user_id=claimed.user_id, key=claimed.key)


def _insert(wanted: IdempotentRequest) -> bool:
    """Insert the row unless there is one of this person and key; returns whether it was inserted. One statement."""
    query = InsertQuery(IdempotentRequest, on_conflict=OnConflict.IGNORE)
    query.insert_values(_FIELDS, [wanted])
    [(sql, parameters)] = query.get_compiler(connection=connection).as_sql()
    with relaxed_durability(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return bool(cursor.rowcount == 1)


def _take_over(wanted: IdempotentRequest) -> IdempotentRequest:
    """Return the claim if the former one has ended without an answer or is over; else raise what the former request says."""
    former = _rows(wanted).first()
    if former is None:
        # It was given up between the two statements.
        raise StillRunning
    is_over = former.created_at <= wanted.created_at - LIFETIME
    if not is_over:
        if former.digest != wanted.digest:
            raise KeyReused
        if former.status is not None:
            raise Replay(former)
        if former.created_at > wanted.created_at - LONGEST_RUN:
            raise StillRunning
    mine = _rows(wanted).filter(created_at=former.created_at, status=former.status)
    if not mine.update(created_at=wanted.created_at, digest=wanted.digest, status=None, headers={}, body=b""):
        raise StillRunning
    return wanted


def forget(*, now: datetime) -> int:
    """Delete the rows whose time is over; returns how many."""
    deleted, _by_model = IdempotentRequest.objects.filter(created_at__lte=now - LIFETIME).delete()
    return deleted


def _digest(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    for part in _body(request):
        digest.update(part)
    for name in _WANTED:
        if name in request.META:
            digest.update(f"\n{name} {request.META[name]}".encode())
    return digest.hexdigest()


def _body(request: Request) -> Iterator[bytes]:
    """The body. Of a form its fields and files: the boundary between them is another one each time."""
    if not request.META.get("CONTENT_TYPE", "").startswith("multipart/form-data"):
        yield request._request.body
        return
    form = request.data
    assert isinstance(form, QueryDict)
    for name, values in sorted(form.lists()):
        for value in values:
            if isinstance(value, UploadedFile):
                yield f"{name!r} {value.name!r} {value.size}\n".encode()
                yield from value.chunks()
                value.seek(0)
            else:
                yield f"{name!r} {value!r}\n".encode()
