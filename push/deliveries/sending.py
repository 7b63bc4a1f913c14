"""Send queued notifications, each at most once: see `common.mail.outbox`.

Those of one kind to one device that are queued at the same moment are one notification.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q

from accounts.messages.quiet_hours import quiet_until
from accounts.models import User
from accounts.own_account import devices
from common.mail import outbox
from common.messages.kinds import KINDS, Channel, MessageKind
from push.deliveries import content
from push.models import Delivery, Subscription
from push.transports import registry
from push.transports.base import Notification, Outcome, Result
from push.wishes import switches

log = structlog.get_logger(__name__)
Status = Delivery.Status

# The most rows that one run of the sweep reads.
BATCH = 1000
# How long a finished row is kept.
KEPT = timedelta(days=30)
_STATUSES = {
    Result.SENT: Status.SENT,
    Result.LATER: Status.QUEUED,
    Result.REFUSED: Status.FAILED,
    Result.UNCERTAIN: Status.UNCERTAIN,
}


def send_waiting(*, now: datetime) -> int:
    """Settle rows whose sender died, and send those that are due. Return how many notifications were sent."""
    uncertain = outbox.mark_uncertain(Delivery.objects.all(), now=now)
    if uncertain:
        log.warning("notifications_uncertain", uncertain=uncertain)
    pks = Delivery.objects.filter(_ready_condition(now)).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]
    outcomes = outbox.send_all(pks, lambda pk: send(delivery_id=pk, now=now), budget=outbox.BUDGET)
    return outcomes.count(Status.SENT)


def send(*, delivery_id: int, now: datetime) -> Status | None:
    """Send one row if it may be sent now. Return its new status, None if it was not claimed or its device is gone."""
    row = Delivery.objects.filter(_ready_condition(now), pk=delivery_id).select_related("about__user").first()
    if row is None:
        return None
    name = row.about.kind
    kind = KINDS.get(name)
    of_kind = Delivery.objects.filter(subscription=row.subscription_id, about__kind=name)
    # Also for what is essential: a mail wakes nobody, a device does.
    if end := quiet_until(now, row.about.user.zone):
        of_kind.filter(_ready_condition(now)).update(due_at=end)
        return None
    claimed = outbox.claim(Delivery.objects.all(), row.pk, _ready_condition(now), name="push", now=now)
    if claimed is None:
        return None
    others = outbox.claim_others(claimed, of_kind, outbox.due_condition(now), now=now)
    return _send([claimed, *others], kind, now)


def _send(rows: Sequence[Delivery], kind: MessageKind | None, now: datetime) -> Status | None:
    first, *others = rows
    # Read again: what was true when the rows were claimed may have changed.
    subscription = Subscription.objects.select_related("device", "user").filter(pk=first.subscription_id).first()
    if subscription is None or not devices.is_signed_in(subscription.user, subscription.device.session_key):
        _drop(first)
        return None
    try:
        notification, told = _write(subscription, kind, rows, now)
    except outbox.Skip as reason:
        return Status(outbox.settle(first, Status.SKIPPED, str(reason), now=now, others=others))
    except Exception as error:
        log.exception("notification_not_written", row=first.pk)
        return Status(outbox.settle(first, Status.QUEUED, f"{type(error).__name__}: {error}", now=now, others=others))
    outcome = registry.TRANSPORTS[subscription.transport].send(subscription, notification)
    if outcome.result == Result.GONE:
        _drop(first)
        return None
    return _note(told, outcome, now)


def _write(
    subscription: Subscription, kind: MessageKind | None, rows: Sequence[Delivery], now: datetime
) -> tuple[Notification, list[Delivery]]:
    """Return the notification and the rows that it tells; the others are skipped. Raises Skip if nothing is left."""
    user: User = subscription.user
    if kind is None or Channel.PUSH not in kind.channels:
        raise outbox.Skip("No kind of notifications has this name any more.")
    if not user.is_active:
        raise outbox.Skip("The account is closed.")
    if not switches.is_on(user, kind):
        raise outbox.Skip("Such notifications are switched off.")
    if not registry.is_configured(subscription.transport):
        raise outbox.Skip("The site has no credentials for this way any more.")
    unread = {row.about_id: row.about for row in _with_messages(rows) if row.about.read_at is None}
    if not unread:
        raise outbox.Skip("It was read before.")
    found = content.find_entries(user, kind, list(unread.values()), now)
    told = [row for row in rows if row.about_id in unread and unread[row.about_id].about in found]
    if not told:
        raise outbox.Skip(kind.nothing_left)
    for row in rows:
        if row not in told:
            outbox.skip(row, "It was read before." if row.about_id not in unread else kind.nothing_left, now=now)
    entries = [(unread[row.about_id], found[unread[row.about_id].about]) for row in told]
    return content.write(user, kind, entries), told


def _with_messages(rows: Sequence[Delivery]) -> list[Delivery]:
    """Return the rows again with their messages as they are stored now, in the order of the rows. One query."""
    found = Delivery.objects.select_related("about").in_bulk([row.pk for row in rows])
    return [found[row.pk] for row in rows if row.pk in found]


def _drop(row: Delivery) -> None:
    """Delete the subscription of a device that is gone, with all that is queued for it."""
    log.info("push_subscription_dropped", subscription=row.subscription_id)
    Subscription.objects.filter(pk=row.subscription_id).delete()


def _note(told: Sequence[Delivery], outcome: Outcome, now: datetime) -> Status:
    """Store what the push service said."""
    first, *others = told
    status = outbox.settle(first, _STATUSES[outcome.result], outcome.error, now=now, others=others)
    changes: dict[str, object] = {"answer": outcome.answer}
    if status == Status.QUEUED and outcome.wait:
        changes["due_at"] = now + outcome.wait
    Delivery.objects.filter(pk__in=[row.pk for row in told]).update(**changes)
    return Status(status)


def _ready_condition(now: datetime) -> Q:
    return Q(due_at__lte=now) & outbox.due_condition(now)


def forget(*, now: datetime) -> None:
    """Delete what was finished long ago, and the subscriptions of devices that are no longer signed in."""
    Delivery.objects.filter(finished_at__lt=now - KEPT).delete()
    living = Session.objects.filter(session_key=OuterRef("device__session_key"), expire_date__gt=now)
    Subscription.objects.filter(~Exists(living)).delete()
