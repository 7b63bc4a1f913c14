"""Write and send the mails about an account: during the request, because somebody waits for the link in them.

Each to somebody with an account is a row of the ledger (`accounts.models.Message`). It says that the mail was sent, or why not,
and never what it says: the link in it is a secret.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Message, User
from common import languages
from common.mail import sending
from common.messages.kinds import KINDS, Channel, MessageKind

# The kind of the mails that have none of their own: notices that something about the account has changed.
ACCOUNT_CHANGED = "account-changed"
Status = Message.Status


class AccountMail(MessageKind):
    """A mail about an account. `prefix` is allauth's name of its templates; those of the kind take its context."""

    channels = frozenset({Channel.MAIL})
    is_essential = True
    sends_own_mail = True
    prefixes: tuple[str, ...] = ()


def compose(
    prefix: str,
    *,
    to: str,
    user: User | None,
    context: Mapping[str, Any],
    headers: Mapping[str, str],
    now: datetime,
) -> EmailMultiAlternatives:
    """Return the mail that allauth calls `prefix`, in the language of `user`, else in that of the page."""
    kind = _find_kind(prefix)
    language = (user and user.language) or languages.active()
    with translation.override(language):
        texts = _allauths_texts(prefix, context) if kind.name == ACCOUNT_CHANGED else {}
    return sending.compose(
        kind.templates,
        {**context, **texts, "user": user, "is_signup_open": settings.SIGNUP != "closed"},
        to=to,
        language=language,
        zone=user.zone if user else ZoneInfo(settings.TIME_ZONE),
        now=now,
        headers=headers,
    )


def send(prefix: str, message: EmailMultiAlternatives, *, user: User | None, now: datetime) -> None:
    """Send a mail that allauth calls `prefix`, and note it in the ledger if `user` is known. Raises sending.DeliveryError."""
    row = None if user is None else _note(_find_kind(prefix), message, user, now)
    try:
        sending.deliver(message)
    except sending.DeliveryError as error:
        status = Status.UNCERTAIN if isinstance(error, sending.Uncertain) else Status.FAILED
        _finish(row, status, now, str(error))
        raise
    _finish(row, Status.SENT, now)


def _note(kind: MessageKind, message: EmailMultiAlternatives, user: User, now: datetime) -> Message:
    """Store that the mail is being sent. If this process dies, the sweep finds the row and calls it uncertain."""
    row = Message(
        user=user, kind=kind.name, created_at=now, due_at=now, claimed_at=now, is_in_bell=False,
        status=Status.SENDING, send_attempts=1,
    )  # fmt: skip
    # Each mail is about itself: somebody may ask for a password twice.
    row.about = str(row.uuid)
    row.message_id = message.extra_headers["Message-ID"] = sending.message_id(f"message-{row.uuid}")
    row.save()
    return row


def _finish(row: Message | None, status: Message.Status, now: datetime, error: str = "") -> None:
    if row is not None:
        Message.objects.filter(pk=row.pk, status=Status.SENDING).update(status=status, finished_at=now, error=error)


def _find_kind(prefix: str) -> MessageKind:
    found = (kind for kind in KINDS.values() if isinstance(kind, AccountMail) and prefix in kind.prefixes)
    return next(found, KINDS[ACCOUNT_CHANGED])


def _allauths_texts(prefix: str, context: Mapping[str, Any]) -> dict[str, str]:
    """Return subject and text of a notice as allauth's own templates say them: there is one pair for each kind of change."""
    return {
        "subject": render_to_string(f"{prefix}_subject.txt", dict(context)).strip(),
        "text": render_to_string(f"{prefix}_message.txt", dict(context)).strip(),
    }
