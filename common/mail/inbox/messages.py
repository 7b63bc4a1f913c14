"""Read the mails of the development inbox."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path

from django.conf import settings

# `common.mail.sending.InboxBackend` names the files: nanoseconds since the epoch and a random suffix.
_NAME = re.compile(r"\d{20}-[0-9a-f]{8}")
_HEAD = re.compile(r"<head(\s[^>]*)?>", re.IGNORECASE)
_TOP = '<base target="_top">'
# The headers that the page shows, in this order.
_HEADERS = (
    "From",
    "To",
    "Date",
    "Message-ID",
    "Content-Language",
    "Auto-Submitted",
    "List-Id",
    "Feedback-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of mails."""

    name: str
    subject: str
    to: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One decoded mail. `html` is None if the mail is text only."""

    entry: Entry
    headers: list[tuple[str, str]]
    text: str
    html: str | None


def entries() -> list[Entry]:
    """Return all mails, the newest first. Reads their headers only."""
    parser = BytesHeaderParser(policy=policy.default)
    found = []
    for path in sorted(_files(), reverse=True):
        try:
            with path.open("rb") as file:
                found.append(_entry(path.stem, parser.parse(file)))
        except FileNotFoundError:
            continue  # deleted since the folder was listed
    return found


def read(name: str, *, in_dark: bool = False) -> Message | None:
    """Return the mail called `name`, its HTML in the dark theme if `in_dark`; None if there is no such mail."""
    if not _NAME.fullmatch(name):
        return None
    try:
        raw = _path(name).read_bytes()
    except FileNotFoundError:
        return None
    message = message_from_bytes(raw, policy=policy.default)
    return Message(
        entry=_entry(name, message),
        headers=[(header, str(message[header])) for header in _HEADERS if message[header]],
        text=_part(message, "plain") or "",
        html=shown_html(message, in_dark=in_dark),
    )


def shown_html(message: EmailMessage, *, in_dark: bool) -> str | None:
    """Return the HTML of a mail as a frame shows it, in the dark theme if `in_dark`; None if the mail is text only."""
    html = _part(message, "html")
    if html is None:
        return None
    # Pictures last, so that the search for the head does not read them.
    return _with_pictures(_links_to_top(_in_theme(html, dark=in_dark)), message)


def _files() -> list[Path]:
    home: Path = settings.INBOX_HOME
    return [path for path in home.glob("*.eml") if _NAME.fullmatch(path.stem)]


def _path(name: str) -> Path:
    home: Path = settings.INBOX_HOME
    return home / f"{name}.eml"


def _entry(name: str, message: EmailMessage) -> Entry:
    at = datetime.fromtimestamp(int(name.partition("-")[0]) / 1e9, tz=UTC)
    return Entry(
        name=name,
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        language=str(message["Content-Language"] or ""),
        at=at,
    )


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else None


def _with_pictures(html: str, message: EmailMessage) -> str:
    """Put the pictures of the mail into its HTML, because a browser does not find them by their Content-ID."""
    for part in message.walk():
        name = str(part["Content-ID"] or "").strip("<> ")
        content = part.get_content() if name and part.get_content_maintype() == "image" else None
        if isinstance(content, bytes):
            data = base64.b64encode(content).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return html


def _in_theme(html: str, *, dark: bool) -> str:
    """Return the HTML as a mail program with that theme shows it, whatever the theme of the reader's own browser is."""
    html = html.replace('content="light dark"', 'content="dark"' if dark else 'content="light"')
    return html.replace("@media (prefers-color-scheme: dark)", "@media all" if dark else "@media not all")


def _links_to_top(html: str) -> str:
    """Make links open in the whole window instead of the frame, because the sandbox of the frame would block them."""
    return _HEAD.sub(lambda head: head[0] + _TOP, html, count=1) if _HEAD.search(html) else _TOP + html
