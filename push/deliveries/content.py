"""Write what a device shows of some messages: in the reader's language, and nothing that the bell would not show."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.messages.sending import language_of
from accounts.models import Message, User
from common.mail import sending
from common.messages.kinds import Channel, Entry, MessageKind
from push.transports.base import Notification
from push.transports.encoding import encode

# Characters of a text, and messages whose texts one notification has.
LONGEST, SHOWN = 240, 3


def find_entries(user: User, kind: MessageKind, messages: Sequence[Message], now: datetime) -> dict[str, Entry]:
    """Return {reference: entry} of what may still be said, as the mail of the kind finds it."""
    with translation.override(language_of(user)):
        return kind.mail_entries(user, [message.about for message in messages], now)


def write(user: User, kind: MessageKind, told: Sequence[tuple[Message, Entry]]) -> Notification:
    """Return the notification about some messages of one kind, which are at least one."""
    with translation.override(language_of(user)):
        title = str(kind.title)
        texts = [_short(entry.text) for _message, entry in told]
        if kind.is_hidden_on_screens:
            texts = [str(kind.description)]
        elif len(texts) > SHOWN:
            more = len(texts) - SHOWN
            texts = [*texts[:SHOWN], ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}]
        if len(told) > 1:
            title = _("%(kind)s (%(count)s)") % {"kind": title, "count": len(told)}
    return Notification(
        title=title,
        body="\n".join(texts),
        url=sending.absolute(_path(kind, told)),
        language=language_of(user),
        topic=_topic(kind) if kind.is_replaced_on_screens else "",
        urgency=kind.push_urgency,
        lifetime=kind.push_lifetime,
    )


def _path(kind: MessageKind, told: Sequence[tuple[Message, Entry]]) -> str:
    """Return where a press leads: through the bell, so that the message is marked as read there."""
    if Channel.BELL not in kind.channels:
        return told[0][1].path
    if len(told) > 1:
        return reverse("notifications:message-list")
    return reverse("notifications:message-detail", args=[told[0][0].uuid])


def _topic(kind: MessageKind) -> str:
    """Return a name of at most 32 characters that tells the push service nothing."""
    return encode(hashlib.sha256(f"push.topic {kind.name} {settings.SECRET_KEY}".encode()).digest()[:18])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
