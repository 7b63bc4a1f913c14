"""Owns how a mail is written and how it leaves the house, and what is known about it when that goes wrong.

A caller that keeps a ledger needs one answer above all: may the message have gone? Before the text is handed over
(SMTP's DATA) it certainly has not; after a refusal neither; when the line breaks in between nobody knows.
"""

import contextlib
import os
import re
import secrets
import smtplib
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

import css_inline
import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

log = structlog.get_logger(__name__)

# The development inbox keeps so many of the newest messages.
INBOX_LIMIT = 500

_BLANK_LINES = re.compile(r"\n{3,}")
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class DeliveryError(Exception):
    """The message did not go, or may not have gone; the subclass says which."""


class Deferred(DeliveryError):
    """It certainly did not go, and trying later is right: no connection, or the server said "not now" (4xx)."""


class Refused(DeliveryError):
    """It certainly did not go and never will as it is: the server said no (5xx), or the address is none."""


class Uncertain(DeliveryError):
    """The text was handed over and the answer never came: it may have gone."""


# --- Writing --------------------------------------------------------------------------------------------------


def absolute(path: str) -> str:
    """The address of a path of this site, for readers outside of it."""
    return f"{settings.BAEUM_URL}{path}"


def message_id(name: str) -> str:
    """A Message-ID made of `name`, which must be unique for the message and may be the same for a second try."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{name}@{domain}>"


def compose(
    template: str,
    context: Mapping[str, Any],
    *,
    to: str,
    language: str,
    zone: tzinfo,
    now: datetime,
    headers: Mapping[str, str],
) -> EmailMultiAlternatives:
    """The message of `emails/<template>.{subject.txt,body.txt,body.html}` in the reader's language and zone."""
    with translation.override(language), timezone.override(zone):
        context = {**context, "language": language, "site_url": settings.BAEUM_URL}
        subject = " ".join(render_to_string(f"emails/{template}.subject.txt", context).split())
        text = _BLANK_LINES.sub("\n\n", render_to_string(f"emails/{template}.body.txt", context)).strip() + "\n"
        html = _inliner.inline(render_to_string(f"emails/{template}.body.html", context))
        date = format_datetime(timezone.localtime(now))
    message = EmailMultiAlternatives(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Date": date, "Content-Language": language, "Auto-Submitted": "auto-generated", **headers},
    )
    message.attach_alternative(html, "text/html")
    return message


# --- Sending --------------------------------------------------------------------------------------------------


def deliver(message: EmailMessage) -> None:
    """Send one message. Raises Deferred, Refused or Uncertain; call it outside of any transaction."""
    connection = get_connection()
    try:
        connection.send_messages([message])
    except Exception as error:
        if getattr(connection, "accepted", False):
            # The server has taken the message and broke down while saying goodbye.
            log.info("mail_connection_broke_after_delivery", error=repr(error))
            return
        # A backend that does not tell how far it came may have sent the message.
        handed_over = getattr(connection, "handed_over", True)
        raise _verdict(error, handed_over=handed_over) from error


def _verdict(error: Exception, *, handed_over: bool) -> DeliveryError:
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        codes = [error.smtp_code]
    elif handed_over:
        return Uncertain(text)
    else:
        # Whatever a server says to us before it has heard of the message (greeting, sign-in) is no verdict on it.
        return Refused(text) if isinstance(error, ValueError) else Deferred(text)
    if all(500 <= code < 600 for code in codes):
        return Refused(text)
    if all(400 <= code < 600 for code in codes) or not handed_over:
        return Deferred(text)
    return Uncertain(text)


class _Witness(smtplib.SMTP):
    """A connection that notes how far the message came."""

    handed_over = False
    accepted = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handed_over = True
        reply = super().data(msg)
        self.accepted = reply[0] == 250
        return reply


class _WitnessSSL(_Witness, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class SMTPBackend(EmailBackend):
    """Django's SMTP backend, which also tells whether the message was handed over and accepted."""

    _witness: _Witness | None = None

    @property
    def connection_class(self) -> type[_Witness]:
        return _WitnessSSL if self.use_ssl else _Witness

    def open(self) -> bool | None:
        try:
            opened = super().open()
        except Exception:
            # Django keeps what it had opened half; we never come back for it.
            with contextlib.suppress(Exception):
                self.close()
            raise
        if isinstance(self.connection, _Witness):
            # Kept beyond `close`: a time limit may strike anywhere, and what is known must not be lost with it.
            self._witness = self.connection
        return opened

    @property
    def handed_over(self) -> bool:
        return self._witness is not None and self._witness.handed_over

    @property
    def accepted(self) -> bool:
        return self._witness is not None and self._witness.accepted


# --- The development inbox ------------------------------------------------------------------------------------


class InboxBackend(BaseEmailBackend):
    """Puts each message as a file into INBOX_HOME, for the inbox page. Nobody else on the machine can read them."""

    # A file is there as a whole or not at all.
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
