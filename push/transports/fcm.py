"""Send to apps by Firebase Cloud Messaging, HTTP v1: to Android, and through Firebase to Apple's devices.

The operator gives the file of a service account (BAEUM_FCM_CREDENTIALS). Google sees what a notification says, unlike a browser's
push service.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from common.messages.kinds import Urgency
from push.models import Subscription
from push.transports import addresses, http
from push.transports.base import Notification, Outcome, RefusedSubscription, Result
from push.transports.encoding import signed_token

_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HOUR = timedelta(hours=1)
# A token of a device is about 160 characters. A longer one is none.
_LONGEST_TOKEN = 1000


@dataclass(frozen=True, slots=True)
class _Access:
    token: str
    ends_at: datetime


class _NoAccess(Exception):
    """Raised when Google gives no access now."""


class FirebaseCloudMessaging:
    """See `base.Transport`."""

    def __init__(self) -> None:
        self._access: _Access | None = None

    def is_configured(self) -> bool:
        return bool(settings.FCM_CREDENTIALS)

    def check(self, subscription: Subscription) -> None:
        token = subscription.endpoint
        if not token.isascii() or not token.isprintable() or " " in token or len(token) > _LONGEST_TOKEN:
            raise RefusedSubscription(_("This is no token of a device."))

    def send(self, subscription: Subscription, notification: Notification) -> Outcome:
        now = timezone.now()
        try:
            project = _credentials()["project_id"]
            headers = {"Authorization": f"Bearer {self._token(now)}", "Content-Type": "application/json"}
            target = addresses.read(f"{settings.FCM_URL}/v1/projects/{project}/messages:send")
            answer = http.post(target, _write(subscription.endpoint, notification, now), headers, now)
        except (_NoAccess, http.Unreachable, addresses.Refused, OSError, KeyError, TypeError, ValueError) as error:
            return Outcome(Result.LATER, error=f"{type(error).__name__}: {error}")
        except http.Unanswered as error:
            return Outcome(Result.UNCERTAIN, error=str(error))
        if answer.status == 401:
            self._access = None
        why = "" if answer.status == 200 else f"{answer.status}: {answer.text[:500]}".replace("\x00", "")
        return Outcome(_result_of(answer), answer.status, why, answer.wait)

    def _token(self, now: datetime) -> str:
        """Return the token for requests, which lasts an hour. Raises _NoAccess, and what `http.post` raises."""
        if self._access is None or self._access.ends_at <= now:
            self._access = _ask_for_access(now)
        return self._access.token


def _ask_for_access(now: datetime) -> _Access:
    found = _credentials()
    begins, ends = int(now.timestamp()), int((now + _HOUR).timestamp())
    claims = {"iss": found["client_email"], "scope": _SCOPE, "aud": found["token_uri"], "iat": begins, "exp": ends}
    body = urlencode({"grant_type": _GRANT, "assertion": signed_token("RS256", claims, _sign)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = http.post(addresses.read(found["token_uri"]), body, headers, now)
    if answer.status != 200:
        raise _NoAccess(f"{answer.status}: {answer.text[:500]}")
    given = json.loads(answer.text)
    # Not to its last second: a request takes some.
    return _Access(given["access_token"], now + timedelta(seconds=int(given["expires_in"]) - 60))


def _sign(text: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = serialization.load_pem_private_key(_credentials()["private_key"].encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("The key of the service account is not RSA.")
    return key.sign(text, padding.PKCS1v15(), hashes.SHA256())


def _credentials() -> dict[str, Any]:
    return _read_credentials(str(settings.FCM_CREDENTIALS))


@lru_cache(1)
def _read_credentials(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def _write(token: str, notification: Notification, now: datetime) -> bytes:
    is_high = notification.urgency == Urgency.HIGH
    ends = str(int((now + notification.lifetime).timestamp()))
    apns = {"apns-expiration": ends, "apns-priority": "10" if is_high else "5"}
    shown: dict[str, str] = {}
    if notification.topic:
        apns["apns-collapse-id"] = shown["tag"] = notification.topic
    message = {
        "token": token,
        "notification": {"title": notification.title, "body": notification.body},
        "data": {"url": notification.url, "language": notification.language},
        "android": {
            "ttl": f"{int(notification.lifetime.total_seconds())}s",
            "priority": "HIGH" if is_high else "NORMAL",
            "notification": shown,
        },
        "apns": {"headers": apns},
    }
    return json.dumps({"message": message}).encode()


def _result_of(answer: http.Answer) -> Result:
    if answer.status == 200:
        return Result.SENT
    if answer.status == 404:
        return Result.GONE
    return Result.LATER if answer.status in (401, 429) or answer.status >= 500 else Result.REFUSED
