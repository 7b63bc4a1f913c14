"""Write the mails about an account, which allauth sends during the request, because somebody waits for the link in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from common import languages
from common.mail import sending
from common.messages.kinds import KINDS, Channel, MessageKind

# The kind of the mails that have none of their own: notices that something about the account has changed.
ACCOUNT_CHANGED = "account-changed"


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


def _find_kind(prefix: str) -> MessageKind:
    found = (kind for kind in KINDS.values() if isinstance(kind, AccountMail) and prefix in kind.prefixes)
    return next(found, KINDS[ACCOUNT_CHANGED])


def _allauths_texts(prefix: str, context: Mapping[str, Any]) -> dict[str, str]:
    """Return subject and text of a notice as allauth's own templates say them: there is one pair for each kind of change."""
    return {
        "subject": render_to_string(f"{prefix}_subject.txt", dict(context)).strip(),
        "text": render_to_string(f"{prefix}_message.txt", dict(context)).strip(),
    }
