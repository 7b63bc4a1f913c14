"""Make, find, reset and turn off the secret address of a person's calendar.

The address contains the key of the row and a signature, so that nobody can read a calendar with a copy of the database alone.
"""

from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User
from calendars.models import Feed, make_key

# A longer token is refused before anything is computed.
LONGEST_TOKEN = 100


def _signer() -> Signer:
    return Signer(sep=".", salt="calendars.feeds")


def find(user: User) -> Feed | None:
    """Return the person's feed, or None if it is off. One query."""
    return Feed.objects.filter(user=user).first()


def reset(user: User, now: datetime) -> Feed:
    """Make an address. If there is one already, it is a 404 from now on."""
    feed, _made = Feed.objects.update_or_create(user=user, defaults={"key": make_key(), "created_at": now})
    return feed


def turn_off(user: User) -> None:
    """Delete the address, and what was read there. Idempotent."""
    Feed.objects.filter(user=user).delete()


def get_path(feed: Feed) -> str:
    """Return the path of the feed."""
    return reverse("calendars:feed", args=[_signer().sign(feed.key)])


def find_by_token(token: str) -> Feed | None:
    """Return the feed with this token, with its person. One query; none if nobody has signed the token."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        key = _signer().unsign(token)
    except BadSignature:
        return None
    return Feed.objects.select_related("user").filter(key=key, user__is_active=True).first()
