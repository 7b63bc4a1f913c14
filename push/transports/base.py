"""Define what a way to a device is. Each module of this package that is listed in `registry` is one."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.messages.kinds import Urgency
from push.models import Subscription


class RefusedSubscription(DomainError):
    slug = "push-subscription-refused"
    status = 400
    help = gettext_lazy(
        "The site cannot send to this device: its address must be https and of a public push service, and its keys those "
        "that the browser has made for this site. Subscribe anew, with the key of `push_transports_list`."
    )


class Result(StrEnum):
    """What became of a notification that was handed to a push service."""

    SENT = "sent"
    # The device has no such subscription any more.
    GONE = "gone"
    # Certainly not sent; it may work later.
    LATER = "later"
    # The service refused this notification for good.
    REFUSED = "refused"
    # It may have been sent.
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result, the HTTP status if there was one, why, and how long the service asks to wait before the next attempt."""

    result: Result
    answer: int | None = None
    error: str = ""
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What a device shows, in `language`: title, text, and the absolute address that a press opens.

    One with a `topic` takes the place of an older one with the same. `lifetime` is how long the service keeps it.
    """

    title: str
    body: str
    url: str
    language: str
    topic: str
    urgency: Urgency
    lifetime: timedelta


class Transport(Protocol):
    """A way to devices. Without its credentials it is not configured, and nobody uses it."""

    def is_configured(self) -> bool:
        """Whether the site has what this way needs."""
        ...

    def check(self, subscription: Subscription) -> None:
        """Raise `RefusedSubscription` unless it is one that can be sent to. May complete it."""
        ...

    def send(self, subscription: Subscription, notification: Notification) -> Outcome:
        """Hand a notification to the push service, once. Raises nothing that the service can cause."""
        ...
