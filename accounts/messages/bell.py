"""List the messages of one person as the bell shows them, and mark them as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.messages.models import Message
from accounts.models import User
from common.messages.kinds import KINDS, Entry

# Messages on one page of the list.
PAGE = 20
NEWEST_FIRST = ("-created_at", "-pk")


@dataclass(frozen=True, slots=True)
class Line:
    """One message in the list. `text` and `path` are None if the person may no longer see it, or its kind was removed."""

    message: Message
    title: str | Promise
    text: str | None
    path: str | None


def newest_first(user: User) -> QuerySet[Message]:
    """Return the messages that the bell shows to `user`."""
    return user.messages.in_bell().order_by(*NEWEST_FIRST)


def lines(user: User, messages: Sequence[Message]) -> list[Line]:
    """Return the messages as lines in the active language. Each kind among them looks its entries up once."""
    references: dict[str, list[str]] = {}
    for message in messages:
        references.setdefault(message.kind, []).append(message.about)
    found = {name: KINDS[name].entries(user, about) for name, about in references.items() if name in KINDS}
    return [_line(message, found.get(message.kind, {}).get(message.about)) for message in messages]


def _line(message: Message, entry: Entry | None) -> Line:
    title = KINDS[message.kind].title if message.kind in KINDS else ""
    return Line(message, title, entry.text if entry else None, entry.path if entry else None)


def open_message(*, user: User, uuid: UUID, now: datetime) -> Line | None:
    """Mark one message of `user` as read and return its line; None if there is no such message."""
    message = user.messages.in_bell().filter(uuid=uuid).first()
    if message is None:
        return None
    if message.read_at is None:
        message.read_at = now
        user.messages.unread().filter(pk=message.pk).update(read_at=now)
    [line] = lines(user, [message])
    return line


def read_all(*, user: User, now: datetime) -> None:
    """Mark all messages of `user` as read."""
    user.messages.unread().update(read_at=now)
