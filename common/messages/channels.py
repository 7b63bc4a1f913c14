"""Let apps send messages by channels of their own. They register at start-up, so that nobody who writes messages imports them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from common.messages.kinds import Channel, MessageKind

# Takes a kind, the UUIDs of rows (`accounts.models.Message.uuid`) and the moment. Called in the transaction that has written the
# rows; rows that were there before have other UUIDs.
Queue = Callable[[MessageKind, Sequence[UUID], datetime], None]

_queues: dict[Channel, Queue] = {}


def register(channel: Channel, queue: Queue) -> None:
    """Let `queue` send the messages of all kinds that have this channel. Idempotent."""
    _queues[channel] = queue


def queue(kind: MessageKind, uuids: Sequence[UUID], now: datetime) -> None:
    """Hand messages that were just written to the registered channels of their kind."""
    for channel, hand_over in _queues.items():
        if channel in kind.channels:
            hand_over(kind, uuids, now)
