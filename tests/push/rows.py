"""Rows of notifications for tests that only need some, and what notifications would say."""

from collections.abc import Iterator

from django.utils import timezone

from accounts.models import DeviceSession, Message, User
from common.messages.kinds import KINDS
from courses.models import Enrolment
from push.deliveries import content
from push.models import Subscription
from push.transports import keys
from tests.api import api_for
from tests.push.service import Browser


def make_subscription(user: User, endpoint: str = "https://push.example.com/one") -> Subscription:
    """A device of the person that is signed in and subscribed."""
    api = api_for(user)
    api.get("devices")
    device = DeviceSession.objects.get(session_key=api.headers["X-Session-Token"])
    browser = Browser(endpoint).body
    return Subscription.objects.create(
        user=user,
        device=device,
        endpoint=endpoint,
        public_key=browser["keys"]["p256dh"],
        secret=browser["keys"]["auth"],
        server_key=keys.current_key(),
        created_at=timezone.now(),
    )


def notifications_of(enrolment: Enrolment) -> Iterator[str]:
    """Yield what a device would show of the attempts that have a result."""
    user, kind = enrolment.user, KINDS["result-ready"]
    told = [Message(about=str(pk)) for pk in enrolment.attempts.values_list("pk", flat=True)]
    entries = content.find_entries(user, kind, told, timezone.now())
    if entries:
        yield str(content.write(user, kind, [(each, entries[each.about]) for each in told if each.about in entries]))
