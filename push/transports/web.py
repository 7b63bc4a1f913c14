"""Send to browsers: Web Push (RFC 8030), encrypted (RFC 8291) and signed by the site (RFC 8292).

The text is a declarative message, which Safari shows by itself; for other browsers our worker shows it.
"""

import json

from django.utils import timezone
from django.utils.translation import gettext as _

from push.models import ServerKey, Subscription
from push.transports import addresses, encryption, http, keys, vapid
from push.transports.base import Notification, Outcome, RefusedSubscription, Result
from push.transports.encoding import decode, encode, is_point

SECRET_SIZE = 16
_GONE = (404, 410)
# Whatever the service could not do now. Everything else that is no success is for good.
_LATER = (408, 425, 429)


class WebPush:
    """See `base.Transport`."""

    def is_configured(self) -> bool:
        # The site makes its keys itself.
        return True

    def check(self, subscription: Subscription) -> None:
        try:
            public_key, secret = decode(subscription.public_key), decode(subscription.secret)
        except ValueError:
            public_key, secret = b"", b""
        if not is_point(public_key) or len(secret) != SECRET_SIZE:
            raise RefusedSubscription(_("The keys of the browser are not right."))
        subscription.public_key, subscription.secret = encode(public_key), encode(secret)
        subscription.server_key = subscription.server_key or keys.current_key()
        if not keys.is_known(subscription.server_key):
            raise RefusedSubscription(_("The browser was subscribed with a key of another site."))
        try:
            addresses.check_soon(addresses.read(subscription.endpoint))
        except addresses.Refused as refused:
            raise RefusedSubscription(_("This site sends nothing to that address.")) from refused

    def send(self, subscription: Subscription, notification: Notification) -> Outcome:
        now = timezone.now()
        try:
            target = addresses.read(subscription.endpoint)
            body = encryption.encrypt(
                write(notification), public_key=decode(subscription.public_key), secret=decode(subscription.secret)
            )
            headers = {
                "Authorization": vapid.authorization(target.origin, subscription.server_key, now),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(int(notification.lifetime.total_seconds())),
                "Urgency": notification.urgency,
                **({"Topic": notification.topic} if notification.topic else {}),
            }
            answer = http.post(target, body, headers, now)
        except (addresses.Refused, ServerKey.DoesNotExist, ValueError) as error:
            return Outcome(Result.REFUSED, error=f"{type(error).__name__}: {error}")
        except http.Unreachable as error:
            return Outcome(Result.LATER, error=str(error))
        except http.Unanswered as error:
            return Outcome(Result.UNCERTAIN, error=str(error))
        return Outcome(_result_of(answer.status), answer.status, _error_of(answer), answer.wait)


def write(notification: Notification) -> bytes:
    """Return the declarative message."""
    message = {
        "web_push": 8030,
        "notification": {
            "title": notification.title,
            "body": notification.body,
            "navigate": notification.url,
            "lang": notification.language,
            "dir": "auto",
            **({"tag": notification.topic} if notification.topic else {}),
        },
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _result_of(status: int) -> Result:
    if 200 <= status < 300:
        return Result.SENT
    if status in _GONE:
        return Result.GONE
    return Result.LATER if status in _LATER or status >= 500 else Result.REFUSED


def _error_of(answer: http.Answer) -> str:
    return "" if 200 <= answer.status < 300 else f"{answer.status}: {answer.text[:500]}".replace("\x00", "")
