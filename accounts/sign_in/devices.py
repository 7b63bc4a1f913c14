"""Know the devices on which somebody has signed in before.

Wrong passwords of strangers lock an account. Its owner still gets in on a device that has signed in before: such a device
has a limit of its own. Sign-in gives it a signed token, as a cookie to browsers and as a header to apps. The token is no
proof of who somebody is; it only decides which limit a password counts against.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User

# An app sends the header's value back when it signs in again.
HEADER = "X-Device-Token"
MAX_AGE = 60 * 60 * 24 * 365
# A shared computer knows the last accounts. The number bounds the size of the cookie.
PEOPLE = 5
_SALT = "accounts.sign_in.devices"


@dataclass(frozen=True, slots=True)
class Device:
    """`key` is random, one for each device. `people`: the uuids of the accounts that have signed in on it, newest first."""

    key: str
    people: tuple[str, ...]


def find_device(request: HttpRequest) -> Device | None:
    """The device that a request comes from; None without a valid token."""
    token = request.headers.get(HEADER) or request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        key, people = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return Device(key, tuple(people))


def find_known_device(request: HttpRequest, email: str) -> Device | None:
    """The device of the request if the account with this address has signed in on it."""
    device = find_device(request)
    if device is None:
        return None
    person = User.objects.filter(email=email).values_list("uuid", flat=True).first()
    return device if str(person) in device.people else None


def remember(request: HttpRequest, user: User) -> None:
    """Make the device of the request known to `user`. `give_token` adds the token to the response."""
    device = find_device(request)
    others = [person for person in device.people if person != str(user.uuid)] if device else []
    people = [str(user.uuid), *others][:PEOPLE]
    key = device.key if device else secrets.token_urlsafe(12)
    request.device_token = signing.dumps([key, people], salt=_SALT)  # type: ignore[attr-defined]


def give_token(request: HttpRequest, response: HttpResponseBase, *, is_app: bool) -> None:
    """Add the token to the response of a sign-in, in the form that the client keeps."""
    token: str = getattr(request, "device_token", "")
    if not token:
        return
    if is_app:
        response.headers[HEADER] = token
    else:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=MAX_AGE,
            httponly=True,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            samesite="Lax",
        )
