"""Queue a notification for each device of the people whom a message goes to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import Message
from common.messages.kinds import Channel, MessageKind
from push.models import Delivery

CHANNEL = Channel.PUSH
# How many messages one query looks at.
BATCH = 500


def queue_all(kind: MessageKind, uuids: Sequence[UUID], now: datetime) -> None:
    """Queue messages of `kind` for the devices that their readers have now. Idempotent.

    The number of queries grows by two for each few hundred messages; without devices by one.
    """
    for start in range(0, len(uuids), BATCH):
        subscribed = Message.objects.filter(
            uuid__in=uuids[start : start + BATCH], user__push_subscriptions__isnull=False
        ).values_list("pk", "user__push_subscriptions")
        rows = [
            Delivery(about_id=message, subscription_id=subscription, due_at=now + kind.bundled_within)
            for message, subscription in subscribed
        ]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
