"""Make ETags, and compare them with what a request's If-None-Match and If-Match say.

All tags are weak: they name a state of the data, not bytes, because an answer may be compressed. They depend on the person, the
language and the release besides the data. `server_time` is left out: with it no answer would ever be the same as the last one.
"""

import re
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.errors import DomainError

# The clock of the server in a JSON answer. In a text of somebody the quotation marks would be escaped.
_CLOCK = re.compile(rb'"server_time":"[^"]*"')
_TAG = re.compile(r'(?:W/)?("[^"]*")')


class PreconditionFailed(DomainError):
    slug = "precondition-failed"
    status = 412
    help = gettext_lazy(
        "The resource is not in the state that `If-Match` names: it was changed meanwhile, here or on another device. Nothing "
        "was changed. Read it again, apply the change to what is there now, and send it with the new ETag."
    )

    def __init__(self) -> None:
        super().__init__(_("This was changed meanwhile, so nothing was changed now."))


class NotModified(Exception):
    """Raised when the client has the current state already."""


@cache
def release() -> bytes:
    """A name of the running code and its texts, the same in all processes. After an upgrade, answers may differ in form."""
    digest = blake2b(settings.VERSION.encode())
    packages = [file.parent for file in settings.BASE_DIR.glob("*/__init__.py")]
    files = [file for package in packages for file in package.rglob("*.py")]
    for file in sorted([*files, *settings.BASE_DIR.glob("locale/**/*.mo")]):
        stat = file.stat()
        digest.update(f"{file.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.digest()


def make_tag(person: int | None, *parts: object) -> str:
    """Return the ETag for a state that `parts` describe: everything that the body depends on besides person and language."""
    return _tag(person, repr(parts).encode())


def tag_body(person: int | None, body: bytes) -> str:
    """Return the ETag for an answer with this body."""
    return _tag(person, _CLOCK.sub(b"", body) if b'"server_time"' in body else body)


def _tag(person: int | None, state: bytes) -> str:
    digest = blake2b(release(), digest_size=15)
    digest.update(f"{person} {get_language()} ".encode())
    digest.update(state)
    return f'W/"{urlsafe_b64encode(digest.digest()).decode()}"'


def matches(header: str, tag: str | None) -> bool:
    """Whether a list of tags, as in If-Match and If-None-Match, contains `tag`. `*` stands for every tag that exists.

    `W/` makes no difference. RFC 9110 compares strongly for If-Match, but a weak tag names the state exactly, which is all that a
    write depends on.
    """
    if tag is None:
        return False
    if header.strip() == "*":
        return True
    return header == tag or tag.removeprefix("W/") in _TAG.findall(header)


def has_current(request: HttpRequest, tag: str) -> bool:
    """Whether the client has this state already, as its If-None-Match says."""
    header = request.META.get("HTTP_IF_NONE_MATCH")
    return header is not None and matches(header, tag)


def precondition_holds(request: HttpRequest, tag: str | None) -> bool:
    """Whether a write may happen. `tag` is that of the current state, None if there is none."""
    wanted, unwanted = request.META.get("HTTP_IF_MATCH"), request.META.get("HTTP_IF_NONE_MATCH")
    if wanted is not None:
        return matches(wanted, tag)
    return unwanted is None or not matches(unwanted, tag)


def is_conditional(meta: dict[str, Any]) -> bool:
    return "HTTP_IF_MATCH" in meta or "HTTP_IF_NONE_MATCH" in meta
