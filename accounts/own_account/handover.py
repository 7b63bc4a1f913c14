"""Lead somebody from an app in which they are signed in to a page of this site, signed in there as well.

The app asks for a link and opens it in a browser. The link works once, for a minute, and only while the app's session lasts.
Opening it changes nothing; the button on its page signs in (docs/decisions/0048).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Handover, User
from accounts.own_account import devices
from common.errors import DomainError

LIFETIME = timedelta(minutes=1)
LONGEST_PATH = 500


class LinkUnusable(DomainError):
    slug = "handover-unusable"
    status = 410
    help = gettext_lazy(
        "The link from the app was used already, is older than a minute, or is not complete. Ask the app for another one."
    )

    def __init__(self) -> None:
        super().__init__(_("This link does not work any more."))


class NoPageHere(DomainError):
    slug = "no-page-here"
    help = gettext_lazy("`next` is the path of a page of this site, such as `/courses/`: not an address with a host.")


@dataclass(frozen=True, slots=True)
class Link:
    token: str
    expires_at: datetime


def make_link(*, user: User, session: SessionBase, path: str, now: datetime) -> Link:
    """Return a link that signs the person in to a browser and leads to `path`. An earlier one of this session ends.

    Raises NoPageHere unless `path` is a path of this site.
    """
    if not is_local_path(path):
        raise NoPageHere(_("This is not the path of a page of this site."))
    Handover.objects.filter(user=user, created_at__lte=now - LIFETIME).delete()
    Handover.objects.filter(user=user, session_key=session.session_key).delete()
    token = secrets.token_urlsafe(32)
    assert session.session_key, "a token has a session"
    Handover.objects.create(
        user=user, session_key=session.session_key, digest=_digest(token), path=path, created_at=now
    )
    return Link(token, now + LIFETIME)


def is_local_path(path: str) -> bool:
    is_printable = path.isprintable() and "\\" not in path
    return (
        len(path) <= LONGEST_PATH
        and path.startswith("/")
        and is_printable
        and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    )


def find_link(token: str, now: datetime) -> Handover:
    """Return the link with this token if it can be used. Nothing changes. Raises LinkUnusable."""
    found = Handover.objects.select_related("user").filter(digest=_digest(token), used_at=None).first()
    if (
        found is None
        or now >= found.created_at + LIFETIME
        or not found.user.is_active
        or not devices.is_signed_in(found.user, found.session_key)
    ):
        raise LinkUnusable
    return found


def use_link(request: HttpRequest, token: str, now: datetime) -> str:
    """Sign the owner of the link in to the browser of the request. Return the path to go to. Raises LinkUnusable."""
    link = find_link(token, now)
    # Of two browsers that press the button at once, one changes the row.
    if not Handover.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise LinkUnusable
    login(request, link.user, backend="accounts.sessions.Backend")
    devices.record_sign_in(request, link.user, request.session)
    return link.path


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
