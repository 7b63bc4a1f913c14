"""Let people switch notifications on and off for their devices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import recording
from accounts.models import DeviceSession, User
from common.errors import DomainError
from push.models import Subscription
from push.transports import registry

# Devices of one person with notifications.
MOST = 20


class TooManySubscriptions(DomainError):
    slug = "too-many-push-subscriptions"
    status = 409
    help = gettext_lazy(
        "So many devices of one person can have notifications. Delete a subscription that is no longer used, or sign the "
        "device out."
    )


@dataclass(frozen=True, slots=True)
class Given:
    """What a device gives to be reached: see `Subscription`. `server_key` is empty for the site's newest."""

    transport: str
    endpoint: str
    public_key: str = ""
    secret: str = ""
    server_key: str = ""


def list_subscriptions(user: User) -> list[Subscription]:
    """Return the person's devices with notifications, the newest first. One query."""
    found = user.push_subscriptions.select_related("device")
    return list(found.order_by("-created_at", "-pk")[:MOST])


def subscribe(*, user: User, device: DeviceSession, given: Given, now: datetime) -> tuple[Subscription, bool]:
    """Switch notifications on for a device that is signed in. Returns the subscription, and whether it is new.

    Idempotent by the endpoint. One of another person, who has used the same browser, is replaced: nothing of that person comes
    there any more. So is what the same device had before. Raises TransportMissing, RefusedSubscription, TooManySubscriptions.
    """
    row = Subscription(
        user=user, device=device, transport=given.transport, endpoint=given.endpoint, public_key=given.public_key,
        secret=given.secret, server_key=given.server_key, created_at=now,
    )  # fmt: skip
    registry.get(given.transport).check(row)
    try:
        return _store(row)
    except IntegrityError:
        # Somebody else has subscribed with the same endpoint at the same time.
        return _store(row)


@transaction.atomic
def _store(row: Subscription) -> tuple[Subscription, bool]:
    user = row.user
    # Requests of one person run one by one, so that they cannot pass the limit together.
    User.objects.select_for_update().only("pk").get(pk=user.pk)
    user.push_subscriptions.filter(device=row.device, transport=row.transport).exclude(endpoint=row.endpoint).delete()
    former = Subscription.objects.filter(endpoint=row.endpoint).first()
    if former is not None and former.user_id == user.pk:
        return _renew(former, row), False
    if former is not None:
        former.delete()
    if user.push_subscriptions.count() >= MOST:
        raise TooManySubscriptions(_("%(count)s of your devices have notifications already.") % {"count": MOST})
    row.save(force_insert=True)
    recording.record(Subscription, [recording.Concerned(user.pk, row.pk)], recording.Action.ADD)
    return row, True


def _renew(former: Subscription, row: Subscription) -> Subscription:
    """Store the keys and the device of `row` with the subscription that has its endpoint."""
    for name in ("device", "transport", "public_key", "secret", "server_key"):
        setattr(former, name, getattr(row, name))
    former.save(update_fields=["device", "transport", "public_key", "secret", "server_key"])
    return former


def unsubscribe(*, user: User, uuid: UUID) -> None:
    """Switch notifications off for one device of the person. Raises Http404."""
    row = get_object_or_404(Subscription, user=user, uuid=uuid)
    with transaction.atomic():
        recording.record(Subscription, [recording.Concerned(user.pk, row.pk)], recording.Action.DELETE)
        row.delete()
