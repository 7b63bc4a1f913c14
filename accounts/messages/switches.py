"""Store which mails a person wants: a switch for each kind that is not essential, in My account and in the mail itself."""

from uuid import UUID

from django.core import signing
from django.urls import reverse

from accounts.messages.models import MailSwitch
from accounts.models import User
from common.mail import sending
from common.messages import kinds
from common.messages.kinds import KINDS, MessageKind

_signer = signing.Signer(salt="accounts.messages.switches.off")


def switchable(user: User) -> list[MessageKind]:
    """Return the kinds that have a switch and that the person may get mails of."""
    return [kind for kind in kinds.in_order() if kind.has_switch and (user.is_staff or not kind.is_for_staff)]


def is_on(user: User, kind: MessageKind) -> bool:
    """Whether the person wants the mails of `kind`. Always true for an essential kind."""
    return not kind.has_switch or states(user, [kind])[kind.name]


def states(user: User, of: list[MessageKind]) -> dict[str, bool]:
    """Return {name of a kind: whether its mails are wanted}, with at most one query."""
    columns = {kind.name: bool(getattr(user, kind.switch_column)) for kind in of if kind.switch_column}
    names = [kind.name for kind in of if not kind.switch_column]
    stored = MailSwitch.objects.filter(user=user, kind__in=names).values_list("kind", "is_on") if names else ()
    return {**dict.fromkeys(names, True), **dict(stored), **columns}


def switch(user: User, kind: MessageKind, *, is_on: bool) -> None:
    """Switch the mails of `kind` on or off. It is checked again before a queued mail is sent."""
    if kind.switch_column:
        # Saved and not updated, so that the audit log sees it.
        setattr(user, kind.switch_column, is_on)
        user.save(update_fields=[kind.switch_column])
    else:
        MailSwitch.objects.update_or_create(user=user, kind=kind.name, defaults={"is_on": is_on})


# --- The link in a mail ----------------------------------------------------------------------------------------------


def token(user: User, kind: MessageKind) -> str:
    """Return a signed token for the links in mails. It does not expire: the links in old mails must work."""
    return _signer.sign(f"{user.uuid}.{kind.name}")


def off_url(user: User, kind: MessageKind) -> str:
    """Return the absolute URL of the page that switches the mails of `kind` off."""
    return sending.absolute(reverse("notifications:mail-off", args=[token(user, kind)]))


def find_by_token(token: str) -> tuple[User, MessageKind] | None:
    """Return person and kind of a token; None if it is invalid, or if one of them no longer exists or the kind has no switch."""
    try:
        uuid, _dot, name = _signer.unsign(token).partition(".")
    except signing.BadSignature:
        return None
    user = User.objects.filter(uuid=UUID(uuid)).first()
    kind = KINDS.get(name)
    return (user, kind) if user is not None and kind is not None and kind.has_switch else None
