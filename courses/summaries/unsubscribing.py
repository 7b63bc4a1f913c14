"""Switch the weekly summary off and on by a link in a mail. The token in it authenticates, without a cookie."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from common.mail import sending

_SALT = "courses.summaries.deliveries.unsubscribe"
_MARK = 16
# Stands for a token in mails that somebody only looks at. It is nobody's: its page explains that the link switches nothing off.
TEST_TOKEN = "test"  # noqa: S105 (it is no secret)


def unsubscribe_token(user: User) -> str:
    """Return an opaque token for the links of `user`. It does not expire: the links in old mails must work."""
    return base64.urlsafe_b64encode(user.uuid.bytes + _mark(user.uuid, settings.SECRET_KEY)).decode().rstrip("=")


def unsubscribe_url(user: User) -> str:
    """Return the absolute URL of the page that switches the summaries of `user` off."""
    return sending.absolute(reverse("courses:summary-unsubscribe", args=[unsubscribe_token(user)]))


def test_url() -> str:
    """Return the absolute URL that a test mail has instead."""
    return sending.absolute(reverse("courses:summary-unsubscribe", args=[TEST_TOKEN]))


def find_user_by_token(token: str) -> User | None:
    """Return the user of an unsubscribe token; None if the token is invalid or the account no longer exists."""
    uuid = _read(token) or _read_signed(token)
    return User.objects.filter(uuid=uuid).first() if uuid else None


def subscribe(*, user: User, wanted: bool) -> None:
    """Switch the weekly summary of `user` on or off. It is checked again before a queued summary is sent."""
    user.wants_weekly_summary = wanted
    user.save(update_fields=["wants_weekly_summary"])


def _mark(uuid: UUID, key: str | bytes) -> bytes:
    secret = hashlib.sha256(_SALT.encode() + (key.encode() if isinstance(key, str) else key)).digest()
    return hmac.digest(secret, uuid.bytes, "sha256")[:_MARK]


def _read(token: str) -> UUID | None:
    try:
        # The characters of a text that is not ASCII are no base64 either.
        content = base64.b64decode(f"{token}{'=' * (-len(token) % 4)}".encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    if len(content) != 16 + _MARK:
        return None
    uuid = UUID(bytes=content[:16])
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return uuid if any(hmac.compare_digest(_mark(uuid, key), content[16:]) for key in keys) else None


def _read_signed(token: str) -> UUID | None:
    # The links in mails of before the tokens were opaque must work.
    try:
        return UUID(signing.Signer(salt=_SALT).unsign(token))
    except signing.BadSignature:
        return None
