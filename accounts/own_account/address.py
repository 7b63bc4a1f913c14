"""Change the address of an account: a link in a mail to the new one proves that its owner reads it."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identity import normalise_address
from accounts.models import User
from common.errors import DomainError
from common.mail import sending

# How long the link works.
LINK_AGE = timedelta(days=1)
# After so many seconds at the latest, one may ask for the next link.
WAIT = 60
_SALT = "accounts.own_account.address"


class AddressLinkUnusable(DomainError):
    """Raised for a link that is too old, was used, or is no longer of this account's present address."""

    slug = "address-link-unusable"
    status = 404
    help = gettext_lazy("The link is too old, or was used already. Ask for a new one in My account.")


class AddressUnchanged(DomainError):
    """Raised for the address that the account has already."""

    slug = "address-unchanged"
    help = gettext_lazy("The account has this address already.")


class TooManyLinks(Exception):
    """Raised if the person has asked for as many links as one may."""


def ask(request: HttpRequest, user: User, address: str) -> str:
    """Send a link to a valid address, and return the address as it is stored. Raises AddressUnchanged and TooManyLinks.

    Nobody learns whether the address has an account: then that one gets a mail that says so instead. allauth's context is that of
    `request`.
    """
    new = normalise_address(address)
    if new == user.email:
        raise AddressUnchanged(_("This is your address already."))
    if not ratelimit.consume(request, action="manage_email", user=user):
        raise TooManyLinks
    adapter = get_adapter(request)
    if is_taken(user, new):
        reset = sending.absolute(reverse("account_reset_password"))
        adapter.send_mail("account/email/account_already_exists", new, {"password_reset_url": reset})
    else:
        link = make_link(user, new)
        adapter.send_mail("account/email/email_confirmation", new, {"user": user, "activate_url": link})
    return new


def confirm(request: HttpRequest, user: User, token: str) -> None:
    """Make the address of a link the account's own, and tell the former address. Raises AddressLinkUnusable."""
    former = change_address(user=user, token=token)
    user.refresh_from_db()
    changed = {"from_email": former, "to_email": user.email}
    get_adapter(request).send_notification_mail("account/email/email_changed", user, changed, email=former)


def is_taken(user: User, address: str) -> bool:
    """Whether the address belongs to another account."""
    return User.objects.exclude(pk=user.pk).filter(email__iexact=address).exists()


def make_link(user: User, address: str) -> str:
    """Return the absolute address that makes `address` the account's own. It works once, and for LINK_AGE."""
    token = signing.dumps([str(user.uuid), user.email, address], salt=_SALT)
    return sending.absolute(reverse("accounts:address-confirm", args=[token]))


def read_link(user: User, token: str) -> str:
    """Return the new address of a link. Raises AddressLinkUnusable, also if the link is of another account."""
    try:
        uuid, before, address = signing.loads(token, salt=_SALT, max_age=LINK_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        uuid = before = address = ""
    if (uuid, before) != (str(user.uuid), user.email):
        raise AddressLinkUnusable(_("This link is too old, or was used already."))
    found: str = address
    return found


@transaction.atomic
def change_address(*, user: User, token: str) -> str:
    """Make the address of the link the account's own, and return the former one. Raises AddressLinkUnusable.

    allauth has a table of addresses: without its row of the former one, that no longer signs in.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    address = read_link(locked, token)
    former, locked.email = locked.email, address
    # Saved and not updated, so that the audit log sees it.
    try:
        with transaction.atomic():
            locked.save(update_fields=["email"])
    except IntegrityError as error:
        raise AddressLinkUnusable(_("This address has been confirmed by another account already.")) from error
    EmailAddress.objects.filter(user=locked).delete()
    EmailAddress.objects.create(user=locked, email=address, primary=True, verified=True)
    return former
