"""List the devices on which somebody is signed in, name one, and sign out one or all others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.audit import recording
from accounts.models import DeviceSession, User
from accounts.own_account.clients import describe_client
from accounts.sessions import SessionStore
from common.database.deleting import delete_by_condition

# The newest devices that are listed.
MOST = 100


@dataclass(frozen=True, slots=True)
class Device:
    """A device on which somebody is signed in until `expires_at`, if it is not used before."""

    session: DeviceSession
    expires_at: datetime
    is_current: bool

    @property
    def last_used_at(self) -> datetime:
        """When it was used last, less than an hour and some minutes too early."""
        return self.session.last_used_at or self.session.signed_in_at


def record_sign_in(request: HttpRequest, user: User, session: SessionBase) -> DeviceSession:
    """Remember that somebody has signed in with this session, in the audit log too. Forget their devices that have signed out.

    The number of queries does not depend on the number of devices.
    """
    living = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    delete_by_condition(DeviceSession.objects.filter(~Exists(living), user=user))
    device = remember(request, user, session)
    recording.record(DeviceSession, [recording.Concerned(user.pk, device.pk)], recording.Action.ADD)
    return device


def list_devices(request: HttpRequest, user: User, session: SessionBase) -> list[Device]:
    """Return the devices on which the person is signed in, the newest first. `session` is that of the request.

    At most three queries. A session from before devices were remembered is remembered when it asks.
    """
    known = list(DeviceSession.objects.filter(user=user).order_by("-signed_in_at", "-pk")[:MOST])
    if not any(device.session_key == session.session_key for device in known):
        known = [remember(request, user, session), *known][:MOST]
    ends = _find_ends(user, [device.session_key for device in known])
    return [
        Device(device, ends[device.session_key], device.session_key == session.session_key)
        for device in known
        if device.session_key in ends
    ]


def name_device(*, user: User, uuid: UUID, name: str) -> DeviceSession:
    """Give a device of the person a name; an empty one takes it away. Raises Http404."""
    device = get_object_or_404(DeviceSession, user=user, uuid=uuid)
    device.name = name
    device.save(update_fields=["name"])
    return device


def sign_out(*, user: User, uuid: UUID, session: SessionBase) -> None:
    """Sign a device of the person out. `session` is that of the request, which may be this device's. Raises Http404."""
    device = get_object_or_404(DeviceSession, user=user, uuid=uuid)
    recording.record(DeviceSession, [recording.Concerned(user.pk, device.pk)], recording.Action.DELETE)
    if device.session_key == session.session_key:
        session.flush()
    else:
        # Its row is deleted with it.
        SessionStore().delete(device.session_key)


def sign_out_others(*, user: User, session: SessionBase) -> int:
    """Sign out all devices of the person but that of `session`. Return how many were signed in.

    The number of queries does not depend on the number of devices.
    """
    with transaction.atomic():
        others = list(DeviceSession.objects.filter(user=user).exclude(session_key=session.session_key))
        keys = [device.session_key for device in others]
        ended = len(_find_ends(user, keys))
        concerned = [recording.Concerned(user.pk, device.pk) for device in others]
        if concerned:
            recording.record(DeviceSession, concerned, recording.Action.DELETE)
        Session.objects.filter(session_key__in=keys).delete()
        delete_by_condition(DeviceSession.objects.filter(session_key__in=keys))
    return ended


def is_signed_in(user: User, session_key: str) -> bool:
    """Return whether the person is still signed in with this session. One query."""
    return session_key in _find_ends(user, [session_key])


def remember(request: HttpRequest, user: User, session: SessionBase) -> DeviceSession:
    """Return the device that asks, which has this session."""
    if not session.session_key:
        session.save()
    is_app = request.path.startswith(("/_allauth/", "/api/"))
    device, _created = DeviceSession.objects.get_or_create(
        session_key=session.session_key,
        defaults={
            "user": user,
            "kind": DeviceSession.Kind.APP if is_app else DeviceSession.Kind.BROWSER,
            "description": describe_client(request.headers.get("User-Agent", "")),
            "signed_in_at": timezone.now(),
        },
    )
    return device


def _find_ends(user: User, keys: list[str]) -> dict[str, datetime]:
    """Return {key of a session: its end} of those with which the person is still signed in. One query.

    A changed password ends the sessions of other devices: they stay in their table until they are used.
    """
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    ends = {}
    for session in sessions:
        data = session.get_decoded()
        given = data.get(HASH_SESSION_KEY, "")
        if data.get(SESSION_KEY) == str(user.pk) and any(constant_time_compare(given, each) for each in hashes):
            ends[session.session_key] = session.expire_date
    return ends
