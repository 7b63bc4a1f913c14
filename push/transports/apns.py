"""Send to apps on Apple's devices by the Apple Push Notification service (APNs), without Firebase between.

The operator gives a key for tokens of Apple's developer account: see `docs/operations.md`. Apple sees what a notification says.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from common.messages.kinds import Urgency
from push.models import Subscription
from push.transports import addresses, http, http2, vapid
from push.transports.base import Notification, Outcome, RefusedSubscription, Result
from push.transports.encoding import signed_token

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# Apple wants another token after an hour at the latest, and none before 20 minutes.
_TOKEN_LIFETIME = timedelta(minutes=40)
_DEVICE = re.compile(r"[0-9A-Fa-f]{64,200}")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    made_at: datetime


class ApplePush:
    """See `base.Transport`."""

    def __init__(self) -> None:
        self._channel = http2.Channel()
        self._token: _Token | None = None

    def is_configured(self) -> bool:
        return bool(settings.APNS_KEY)

    def check(self, subscription: Subscription) -> None:
        if not _DEVICE.fullmatch(subscription.endpoint):
            raise RefusedSubscription(_("This is no token of a device."))

    def send(self, subscription: Subscription, notification: Notification) -> Outcome:
        now = timezone.now()
        try:
            headers = {"Authorization": f"bearer {self._authorize(now)}", **_headers(notification, now)}
            target = addresses.read(f"{settings.APNS_URL}/3/device/{subscription.endpoint}")
            answer = self._channel.post(target, _write(notification), headers, now)
        except (http.Unreachable, addresses.Refused, OSError, ValueError) as error:
            return Outcome(Result.LATER, error=f"{type(error).__name__}: {error}")
        except http.Unanswered as error:
            return Outcome(Result.UNCERTAIN, error=str(error))
        if answer.status == 403:
            self._token = None
        why = "" if answer.status == 200 else f"{answer.status}: {answer.text[:500]}".replace("\x00", "")
        return Outcome(_result_of(answer.status), answer.status, why, answer.wait)

    def close(self) -> None:
        """End the connection that is kept for the next notification."""
        self._channel.close()

    def _authorize(self, now: datetime) -> str:
        """Return the token of the site. Raises OSError and ValueError if there is no key in the file."""
        if self._token is None or not timedelta() <= now - self._token.made_at < _TOKEN_LIFETIME:
            claims = {"iss": settings.APNS_TEAM_ID, "iat": int(now.timestamp())}
            sign = partial(vapid.sign, _read_key(settings.APNS_KEY))
            self._token = _Token(signed_token("ES256", claims, sign, key_id=settings.APNS_KEY_ID), now)
        return self._token.text


@lru_cache(1)
def _read_key(path: str) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = serialization.load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("The key for APNs is not of the curve P-256.")
    return key


def _headers(notification: Notification, now: datetime) -> dict[str, str]:
    collapse = {"apns-collapse-id": notification.topic} if notification.topic else {}
    return {
        "apns-topic": settings.APNS_TOPIC,
        "apns-push-type": "alert",
        "apns-expiration": str(int((now + notification.lifetime).timestamp())),
        "apns-priority": "10" if notification.urgency == Urgency.HIGH else "5",
        **collapse,
    }


def _write(notification: Notification) -> bytes:
    alert = {"title": notification.title, "body": notification.body}
    message = {"aps": {"alert": alert}, "url": notification.url, "language": notification.language}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _result_of(status: int) -> Result:
    if status == 200:
        return Result.SENT
    if status == 410:
        return Result.GONE
    # 403: the token of the site is too old, or its key was taken back. 429: too many to this device.
    return Result.LATER if status in (403, 429) or status >= 500 else Result.REFUSED
