"""Read and write the headers of tus 1.0.0, the protocol of uploads that resume (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import UnsupportedMediaType, ValidationError

from common.cut_bodies import BODY_CUT, PIECE
from common.errors import DomainError
from quizzes.taking.uploads import SIZE_LIMIT
from uploads import receiving
from uploads.models import Upload

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "expiration", "termination", "checksum")
ALGORITHMS = ("sha1", "sha256")
METADATA_LIMIT = 2000
_NUMBER = re.compile(r"[0-9]{1,15}")
# A key is ASCII without spaces and commas. A value is base64, and may be missing.
_ENTRY = re.compile(r"([!-+\--~]+)(?: ([A-Za-z0-9+/]*={0,2}))?")
BLOCK = 64 * 1024


class TusVersion(DomainError):
    slug = "tus-version"
    status = 412
    help = gettext_lazy("Uploads in pieces speak tus 1.0.0. Each request but OPTIONS says so: `Tus-Resumable: 1.0.0`.")

    def __init__(self) -> None:
        super().__init__(_("The request does not say that it speaks tus 1.0.0."))
        self.headers = {"Tus-Version": VERSION}


def check_version(meta: dict[str, Any], method: str) -> None:
    """Raises TusVersion. To read, an app need not speak tus."""
    given = meta.get("HTTP_TUS_RESUMABLE")
    if method != "OPTIONS" and given != VERSION and not (given is None and method in ("GET", "HEAD")):
        raise TusVersion


def describe() -> dict[str, str]:
    """Return what OPTIONS says of this server."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(SIZE_LIMIT),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def get_headers(upload: Upload) -> dict[str, str]:
    """Return the headers that say where an upload stands."""
    return {
        "Upload-Offset": str(receiving.get_offset(upload)),
        "Upload-Length": str(upload.size),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
        "Upload-Metadata": upload.metadata,
    }


def read_number(meta: dict[str, Any], name: str) -> int:
    """Return the number of bytes in a header. Raises ValidationError."""
    given = meta.get(f"HTTP_{name.upper().replace('-', '_')}", "")
    if not _NUMBER.fullmatch(given):
        raise ValidationError({name: [_("A number of bytes is expected.")]})
    return int(given)


def check_extensions(meta: dict[str, Any]) -> None:
    """Raises ValidationError for extensions of tus that the site does not have."""
    for name in ("Upload-Defer-Length", "Upload-Concat"):
        if f"HTTP_{name.upper().replace('-', '_')}" in meta:
            raise ValidationError({name: [_("The site does not have this extension of tus.")]})


def read_metadata(meta: dict[str, Any]) -> tuple[str, str]:
    """Return the name of the file, and the header as it was sent. Raises ValidationError."""
    sent = meta.get("HTTP_UPLOAD_METADATA", "")
    entries = [_ENTRY.fullmatch(entry.strip(" ")) for entry in sent.split(",")] if len(sent) <= METADATA_LIMIT else []
    values = {found[1]: found[2] or "" for found in entries if found}
    if not entries or len(values) != len(entries) or "filename" not in values:
        raise ValidationError({"Upload-Metadata": [_("The name of the file is expected: filename, and its base64.")]})
    try:
        return base64.b64decode(values["filename"], validate=True).decode(), sent
    except (binascii.Error, UnicodeDecodeError):
        raise ValidationError({"Upload-Metadata": [_("The name of the file is not base64 of UTF-8.")]}) from None


@dataclass
class Piece:
    """The body of a request, read once. `is_cut`: it ended before what `Content-Length` had announced."""

    body: Any
    size: int
    algorithm: str
    digest: bytes
    is_cut: bool

    def __post_init__(self) -> None:
        self._hash = hashlib.new(self.algorithm, usedforsecurity=False) if self.algorithm else None

    def blocks(self) -> Iterator[bytes]:
        while self.body is not None and (block := self.body.read(BLOCK)):
            if self._hash:
                self._hash.update(block)
            yield block

    def is_intact(self) -> bool:
        """Whether the checksum is right, after `blocks`. A piece without one may be shorter than announced."""
        return self._hash is None or (not self.is_cut and self._hash.digest() == self.digest)


def read_piece(meta: dict[str, Any], body: Any) -> Piece:
    """Return the body of a request as a piece. Raises ValidationError."""
    return Piece(body, read_length(meta), *_read_checksum(meta), is_cut=BODY_CUT in meta)


def read_length(meta: dict[str, Any]) -> int:
    """Return how many bytes the body has."""
    return int(meta.get("CONTENT_LENGTH") or 0)


def check_type(meta: dict[str, Any]) -> None:
    """Raises UnsupportedMediaType if the body is no piece."""
    given = meta.get("CONTENT_TYPE", "")
    if given.partition(";")[0].strip().lower() != PIECE:
        raise UnsupportedMediaType(given)


def _read_checksum(meta: dict[str, Any]) -> tuple[str, bytes]:
    """Return algorithm and digest of `Upload-Checksum`, ("", b"") without it. Raises ValidationError."""
    given = meta.get("HTTP_UPLOAD_CHECKSUM")
    if given is None:
        return "", b""
    algorithm, _space, encoded = given.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except ValueError:
        digest = b""
    if algorithm not in ALGORITHMS or not digest:
        known = ", ".join(ALGORITHMS)
        raise ValidationError(
            {"Upload-Checksum": [_("One of %(known)s is expected, and its base64.") % {"known": known}]}
        )
    return algorithm, digest
