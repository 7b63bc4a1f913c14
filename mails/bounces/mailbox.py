"""Read bounces and complaints from a mailbox (IMAP), each message once.

Reading a report twice changes nothing, so a crash between its consequences and the note of its number does no harm. A message is
marked as seen after both are committed.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings

from mails.bounces import applying, reading
from mails.models import BounceMailbox

log = structlog.get_logger(__name__)

# Seconds for each answer of the server.
TIMEOUT = 10.0
# One run reads so many messages. The next one continues.
MOST = 200
PORTS = {"imap": 143, "imaps": 993}
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Unreadable(Exception):
    """The mailbox could not be read. The text says why, without the password."""


@dataclass(frozen=True, slots=True)
class _Address:
    """Where the mailbox is. `name` identifies it, without a secret."""

    is_encrypted: bool
    host: str
    port: int
    user: str
    password: str
    folder: str

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:300]


def read_new(*, now: datetime) -> int | None:
    """Read what has come since the last run, at most MOST messages. Return how many; None if no mailbox is configured.

    Raises Unreadable, after it was noted in the row of the mailbox.
    """
    address = _address()
    if address is None:
        return None
    mailbox, _is_new = BounceMailbox.objects.get_or_create(name=address.name)
    try:
        with _opened(address) as server:
            count = _read(server, mailbox)
    # imaplib raises its own errors, and ValueError or IndexError for answers that it cannot read.
    except (imaplib.IMAP4.error, OSError, ValueError, IndexError) as error:
        why = f"{type(error).__name__}: {error}".replace(address.password, "…")[:300]
        BounceMailbox.objects.filter(pk=mailbox.pk).update(error=why, failed_at=now)
        log.warning("bounce_mailbox_unreadable", mailbox=mailbox.name, error=why)
        raise Unreadable(why) from None
    BounceMailbox.objects.filter(pk=mailbox.pk).update(error="", read_at=now)
    return count


def describe() -> dict[str, Any] | None:
    """Return how it stands with the mailbox, for the state of the site; None if none is configured."""
    address = _address()
    if address is None:
        return None
    row = BounceMailbox.objects.filter(name=address.name).first()
    return {"read_at": row and row.read_at, "error": row.error if row else ""}


def _address() -> _Address | None:
    """Return the address that the settings have checked."""
    if not settings.BOUNCE_MAILBOX_URL:
        return None
    parts = urlsplit(settings.BOUNCE_MAILBOX_URL)
    return _Address(
        is_encrypted=parts.scheme == "imaps",
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


@contextmanager
def _opened(address: _Address) -> Iterator[imaplib.IMAP4]:
    """Sign in and open the folder. Raises what imaplib raises."""
    server: imaplib.IMAP4
    if address.is_encrypted:
        context = ssl.create_default_context()
        server = imaplib.IMAP4_SSL(address.host, address.port, ssl_context=context, timeout=TIMEOUT)
    else:
        server = imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT)
    try:
        _sign_in(server, address)
        folder = address.folder.replace("\\", "\\\\").replace('"', '\\"')
        _expect(server.select(f'"{folder}"'))
        yield server
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _sign_in(server: imaplib.IMAP4, address: _Address) -> None:
    """Sign in by PLAIN if the server has it: LOGIN knows no letters but those of ASCII."""
    if "AUTH=PLAIN" in server.capabilities:
        server.authenticate("PLAIN", lambda _challenge: f"\0{address.user}\0{address.password}".encode())
    else:
        server.login(address.user, address.password)


def _read(server: imaplib.IMAP4, mailbox: BounceMailbox) -> int:
    """Read the messages with higher numbers than the last one. If the server has numbered them anew, read all."""
    [validity] = server.response("UIDVALIDITY")[1] or [None]
    uid_validity = int(validity or 0)
    last = mailbox.last_uid if uid_validity == mailbox.uid_validity else 0
    [found] = _expect(server.uid("SEARCH", f"UID {last + 1}:*"))
    # The last message is always in such a range, also if its number is lower.
    uids = [uid for uid in sorted(map(int, (found or b"").split())) if uid > last]
    for uid in uids[:MOST]:
        _read_one(server, uid)
        BounceMailbox.objects.filter(pk=mailbox.pk).update(uid_validity=uid_validity, last_uid=uid)
        server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
    return len(uids[:MOST])


def _read_one(server: imaplib.IMAP4, uid: int) -> None:
    size = _SIZE.search(b" ".join(_flat(_expect(server.uid("FETCH", str(uid), "(RFC822.SIZE)")))))
    if size is not None and int(size[1]) > reading.LONGEST:
        log.warning("bounce_too_long", uid=uid, size=int(size[1]))
        return
    parts = _expect(server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{reading.LONGEST + 1}>)"))
    # Somebody may have deleted it meanwhile.
    content = next((part[1] for part in parts if isinstance(part, tuple)), None)
    if content is not None:
        with suppress(reading.TooLong):
            applying.read_and_apply(content)


def _flat(parts: list[Any]) -> list[bytes]:
    return [each for part in parts if part for each in (part if isinstance(part, tuple) else (part,))]


def _expect(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return the data of an answer. Raises imaplib.IMAP4.error if it is a refusal."""
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(b" ".join(_flat(data)).decode("utf-8", "replace"))
    return data
