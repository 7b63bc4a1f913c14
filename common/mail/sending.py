"""Compose and send mails, and classify failures by whether the message may have been sent.

Before the text of the message is transmitted (SMTP's DATA), and after the server refused it, it was certainly not sent. If the
connection breaks after the text was transmitted and before the server answered, it may have been sent.
"""

import contextlib
import functools
import os
import re
import secrets
import smtplib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

from common.mail import letters
from common.mail.letters import Letter, Picture
from common.mail.text import without_directions

if TYPE_CHECKING:
    from css_inline import CSSInliner

log = structlog.get_logger(__name__)

# The development inbox keeps this many of the newest messages.
INBOX_LIMIT = 500

_BLANK_LINES = re.compile(r"\n{3,}")


class DeliveryError(Exception):
    """Base class: the message was not sent, or it is not known whether it was sent. The subclass says which."""


class Deferred(DeliveryError):
    """Certainly not sent; retry later. There was no connection, or the server answered with a temporary error (4xx)."""


class Refused(DeliveryError):
    """Certainly not sent, and a retry is useless: the server refused it (5xx), or the address is invalid."""


class Uncertain(DeliveryError):
    """The text was transmitted but no answer came: the message may have been sent."""


# --- Writing --------------------------------------------------------------------------------------------------


@functools.cache
def _inliner() -> "CSSInliner":
    # Imported here, because web processes seldom write a mail and it takes 2 MB.
    from css_inline import CSSInliner

    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def absolute(path: str) -> str:
    """Return the full URL of a path of this site."""
    return f"{settings.BAEUM_URL}{path}"


def message_id(name: str) -> str:
    """Return the Message-ID for `name`. `name` must be unique for the message, and the same when the message is sent again."""
    return f"<{name}@{_domain()}>"


def list_headers(kind: str, unsubscribe_url: str) -> dict[str, str]:
    """Return the headers of a mail of a kind that its reader can switch off, by one click too (RFC 2919, RFC 8058).

    The provider of a mailbox counts complaints by the parts of Feedback-ID: kind and site. None of them names a person.
    """
    return {
        "List-Id": f"<{kind}.{_domain()}>",
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": f"{kind}:{_domain()}:baeum",
    }


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def compose(
    template: str,
    context: Mapping[str, Any],
    *,
    to: str,
    language: str,
    zone: tzinfo,
    now: datetime,
    headers: Mapping[str, str],
    pictures: Sequence[Picture] = (),
) -> EmailMultiAlternatives:
    """Render `emails/<template>.{subject.txt,body.txt,body.html}` in the reader's language and zone. Return the message."""
    with translation.override(language), timezone.override(zone):
        context = {**context, "language": language, "site_url": settings.BAEUM_URL}
        subject = " ".join(_render(f"{template}.subject.txt", context).split())
        text = _BLANK_LINES.sub("\n\n", _render(f"{template}.body.txt", context)).strip() + "\n"
        html = _inliner().inline(_render(f"{template}.body.html", context))
        date = format_datetime(timezone.localtime(now))
    message = Letter(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Date": date, "Content-Language": language, "Auto-Submitted": "auto-generated", **headers},
        pictures=pictures,
    )
    message.attach_alternative(html, "text/html")
    return message


def _render(template: str, context: Mapping[str, Any]) -> str:
    return without_directions(render_to_string(f"emails/{template}", context))


# --- Sending --------------------------------------------------------------------------------------------------


_kept = threading.local()


@contextlib.contextmanager
def one_connection() -> Iterator[None]:
    """Send the mails inside over one connection to the mail server, for as long as the server keeps it."""
    _kept.connection = get_connection()
    try:
        yield
    finally:
        connection, _kept.connection = _kept.connection, None
        _close(connection)


def deliver(message: EmailMessage) -> None:
    """Send one message. Raises Deferred, Refused or Uncertain. Call it outside of any transaction."""
    kept: BaseEmailBackend | None = getattr(_kept, "connection", None)
    if kept is None:
        _deliver(message, get_connection())
        return
    was_open = getattr(kept, "connection", None) is not None
    try:
        _deliver(message, kept, keep=True)
    except Deferred as error:
        _close(kept)
        if not was_open or not _is_disconnected(error.__cause__):
            raise
        # The server had closed the connection since the last mail, so it got nothing of this one.
        _deliver(message, kept, keep=True)
    except DeliveryError:
        _close(kept)
        raise


def _is_disconnected(error: BaseException | None) -> bool:
    is_closing = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == 421
    return is_closing or isinstance(error, smtplib.SMTPServerDisconnected)


def _close(connection: BaseEmailBackend) -> None:
    with contextlib.suppress(Exception):
        connection.close()


def _deliver(message: EmailMessage, connection: BaseEmailBackend, *, keep: bool = False) -> None:
    try:
        if isinstance(connection, SMTPBackend):
            connection.forget()
        if keep:
            # Django closes a connection that it has opened itself.
            connection.open()
        connection.send_messages([message])
    except Exception as error:
        if getattr(connection, "accepted", False):
            # The server accepted the message; only closing the connection failed.
            log.info("mail_connection_broke_after_delivery", error=repr(error))
            return
        # A backend without this attribute may have sent the message.
        handed_over = getattr(connection, "handed_over", True)
        raise _classify(error, handed_over=handed_over) from error


def _classify(error: Exception, *, handed_over: bool) -> DeliveryError:
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        codes = [error.smtp_code]
    elif handed_over:
        return Uncertain(text)
    else:
        # ValueError: an invalid address. Other errors, while connecting or signing in, do not concern this message.
        return Refused(text) if isinstance(error, ValueError) else Deferred(text)
    if all(500 <= code < 600 for code in codes):
        return Refused(text)
    if all(400 <= code < 600 for code in codes) or not handed_over:
        return Deferred(text)
    return Uncertain(text)


class _TrackingSMTP(smtplib.SMTP):
    """An SMTP connection that records whether the message was transmitted and accepted."""

    handed_over = False
    accepted = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handed_over = True
        reply = super().data(msg)
        self.accepted = reply[0] == 250
        return reply


class _TrackingSMTPSSL(_TrackingSMTP, smtplib.SMTP_SSL):
    """A `_TrackingSMTP` over implicit TLS."""


class SMTPBackend(EmailBackend):
    """Send as Django's SMTP backend, and record whether the message was transmitted (`handed_over`) and accepted."""

    _tracked: _TrackingSMTP | None = None

    @property
    def connection_class(self) -> type[_TrackingSMTP]:
        return _TrackingSMTPSSL if self.use_ssl else _TrackingSMTP

    def open(self) -> bool | None:
        try:
            opened = super().open()
        except Exception:
            # Django would keep the half-opened connection for reuse. Close it instead.
            with contextlib.suppress(Exception):
                self.close()
            raise
        if isinstance(self.connection, _TrackingSMTP):
            # Keep the object after `close`, which removes `self.connection`: `deliver` reads its state after a failure.
            self._tracked = self.connection
        return opened

    def _send(self, email_message: EmailMessage) -> bool:
        """Send as Django does, with bytes that are joined from parts."""
        recipients = [letters.address(each) for each in email_message.recipients()]
        if not recipients:
            return False
        assert self.connection is not None
        sender = letters.address(email_message.from_email)
        self.connection.sendmail(sender, recipients, letters.to_bytes(email_message))
        return True

    def forget(self) -> None:
        """Forget how the last message went, before the next one is sent over this connection."""
        if self.connection is None:
            self._tracked = None
        elif self._tracked is not None:
            self._tracked.handed_over = self._tracked.accepted = False

    @property
    def handed_over(self) -> bool:
        return self._tracked is not None and self._tracked.handed_over

    @property
    def accepted(self) -> bool:
        return self._tracked is not None and self._tracked.accepted


# --- The development inbox ------------------------------------------------------------------------------------


class InboxBackend(BaseEmailBackend):
    """Write each message to a file in INBOX_HOME, for the inbox page. Only the owner can read the files."""

    # A file gets its final name only after the message is complete. So a message that failed was certainly not delivered.
    handed_over = False

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        home: Path = settings.INBOX_HOME
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
            fresh = home / f".{name}"
            try:
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(message.message().as_bytes())
                fresh.rename(home / f"{name}.eml")
            finally:
                fresh.unlink(missing_ok=True)
        self._prune(home)
        return len(email_messages)

    def _prune(self, home: Path) -> None:
        for old in sorted(home.glob("*.eml"), reverse=True)[INBOX_LIMIT:]:
            old.unlink(missing_ok=True)
