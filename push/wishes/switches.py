"""Store which notifications a person wants on devices: a switch for each kind that is not essential."""

from accounts.models import User
from common.messages import kinds
from common.messages.kinds import MessageKind
from push.models import PushSwitch


def switchable(user: User) -> list[MessageKind]:
    """Return the kinds that have a switch and of which the person may get notifications."""
    return [kind for kind in kinds.in_order() if kind.has_push_switch and (user.is_staff or not kind.is_for_staff)]


def is_on(user: User, kind: MessageKind) -> bool:
    """Whether the person wants notifications of `kind`. Always true for an essential kind."""
    return not kind.has_push_switch or states(user, [kind])[kind.name]


def states(user: User, of: list[MessageKind]) -> dict[str, bool]:
    """Return {name of a kind: whether its notifications are wanted}. One query."""
    names = [kind.name for kind in of]
    stored = PushSwitch.objects.filter(user=user, kind__in=names).values_list("kind", "is_on")
    return {**dict.fromkeys(names, True), **dict(stored)}


def switch(user: User, kind: MessageKind, *, is_on: bool) -> None:
    """Switch the notifications of `kind` on or off. It is checked again before a queued one is sent."""
    PushSwitch.objects.update_or_create(user=user, kind=kind.name, defaults={"is_on": is_on})
