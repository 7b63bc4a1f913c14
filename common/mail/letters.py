"""Build the messages that the site writes, and their bytes.

Python's generator of messages takes a quarter of the time of a mail. Nearly every mail has the same few parts, whose bytes are
joined here; a picture is encoded once for each distinct content. What is unusual is left to Python's generator.
"""

import functools
import re
import secrets
from collections.abc import Iterator, Sequence
from email.header import Header
from email.mime.image import MIMEImage
from email.policy import compat32
from typing import Any, Protocol

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import (
    ADDRESS_HEADERS,
    RFC5322_EMAIL_LINE_LENGTH_LIMIT,
    EmailMessage,
    forbid_multi_line_headers,
    sanitize_address,
)

_CHARSET = "utf-8"
# A header with at most so many characters is one line.
_SHORT = 76
_LINE_END = re.compile(rb"\r\n|\r|\n")
_POLICY = compat32.clone(linesep="\r\n")
_KEPT = 1024


class Picture(Protocol):
    """A PNG picture of a mail. Templates name it by `cid:<name>@baeum`."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...


class Letter(EmailMultiAlternatives):
    """A message in text and HTML. Its pictures belong to the HTML, so that no mail program lists them as attachments."""

    def __init__(self, *args: Any, pictures: Sequence[Picture] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pictures = tuple(pictures)
        if self.pictures:
            self.mixed_subtype = "related"
        for picture in self.pictures:
            self.attach(_part(picture.name, picture.content))


@functools.lru_cache(maxsize=_KEPT)
def _part(name: str, content: bytes) -> MIMEImage:
    part = MIMEImage(content, "png")
    part.add_header("Content-ID", f"<{name}@baeum>")
    part.add_header("Content-Disposition", "inline", filename=f"{name}.png")
    return part


@functools.lru_cache(maxsize=_KEPT)
def _part_bytes(name: str, content: bytes) -> bytes:
    return _part(name, content).as_bytes(policy=_POLICY)


@functools.lru_cache(maxsize=_KEPT)
def address(text: str) -> str:
    """Return an address as a mail server takes it. Raises ValueError if it is invalid."""
    found: str = sanitize_address(text, _CHARSET)
    return found


def to_bytes(message: EmailMessage) -> bytes:
    """Return the message as a mail server gets it. Raises ValueError if a header has a line break or an address is invalid."""
    if not isinstance(message, Letter) or not _has_usual_headers(message):
        written: Any = message.message()
        return bytes(written.as_bytes(linesep="\r\n"))
    content = _content(message) if _has_usual_parts(message) else None
    return b"".join((*_headers(message), _content_by_python(message) if content is None else content))


def _has_usual_headers(message: Letter) -> bool:
    known = {name.lower() for name in message.extra_headers}
    return (
        not (message.cc or message.bcc or message.reply_to or message.encoding)
        and {"date", "message-id"} <= known
        and not known & {"from", "to", "cc", "reply-to", "subject"}
    )


def _has_usual_parts(message: Letter) -> bool:
    return (
        [mimetype for _html, mimetype in message.alternatives] == ["text/html"]
        and bool(message.body)
        and len(message.attachments) == len(message.pictures)
    )


def _headers(message: EmailMessage) -> Iterator[bytes]:
    yield _header("Subject", str(message.subject))
    yield _header("From", message.from_email)
    yield _header("To", ", ".join(message.to))
    for name, value in message.extra_headers.items():
        yield _header(name, str(value))


def _header(name: str, value: str) -> bytes:
    is_short = len(name) + 2 + len(value) <= _SHORT
    # A long address is one line, too: folded before its first letter, it has a space in front when it is read.
    is_one_word = len(name) + 2 + len(value) <= RFC5322_EMAIL_LINE_LENGTH_LIMIT and " " not in value
    if value.isascii() and value.isprintable() and (is_short or is_one_word):
        return f"{name}: {value}\r\n".encode("ascii")
    name, written = forbid_multi_line_headers(name, value, _CHARSET)
    if name.lower() not in ADDRESS_HEADERS:
        # Django encodes it without the name in front, and Python then begins a line before the first word.
        written = Header(value, None if value.isascii() else _CHARSET, header_name=name).encode(linesep="\r\n")
        return f"{name}: {written}\r\n".encode("ascii")
    return _POLICY.fold_binary(name, written)


def _content_by_python(message: Letter) -> bytes:
    written: Any = message.message()
    for name in ("Subject", "From", "To", *message.extra_headers):
        del written[name]
    return bytes(written.as_bytes(linesep="\r\n"))


def _content(message: Letter) -> bytes | None:
    """Return the parts, with their headers; None if a line of them is too long for a mail."""
    [(html, _mimetype)] = message.alternatives
    parts = [_text("plain", str(message.body)), _text("html", str(html))]
    texts = [part for part in parts if part is not None]
    if len(texts) < len(parts):
        return None
    content = _multipart("alternative", texts)
    if not message.pictures:
        return content
    return _multipart("related", [content, *(_part_bytes(each.name, each.content) for each in message.pictures)])


def _text(subtype: str, text: str) -> bytes | None:
    content = text.encode(_CHARSET, "surrogateescape")
    lines = _LINE_END.split(content)
    if max(map(len, lines)) > RFC5322_EMAIL_LINE_LENGTH_LIMIT:
        return None
    encoding = "7bit" if content.isascii() else "8bit"
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: {encoding}'
    )
    return b"\r\n".join((head.encode("ascii"), b"", *lines))


def _multipart(subtype: str, parts: Sequence[bytes]) -> bytes:
    # In no text by chance, and nobody can know it before.
    mark = f"=_{secrets.token_hex(16)}"
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{mark}"\r\nMIME-Version: 1.0\r\n\r\n'
    between = f"--{mark}\r\n".encode("ascii")
    return b"".join(
        (head.encode("ascii"), *(b"%s%s\r\n" % (between, part) for part in parts), f"--{mark}--\r\n".encode())
    )
