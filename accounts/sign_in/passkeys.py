"""Passkeys: the form that adds one, and a check of what browsers and apps send as a credential."""

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django.utils.translation import gettext_lazy as _

# What parsing a credential of another shape raises, besides ValueError.
_MALFORMED = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, struct.error)


class AddPasskeyForm(AddWebAuthnForm):
    """allauth's form. A new key signs in by itself, unless its owner wants it as a second step only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].widget.attrs["maxlength"] = 100
        self.fields["passwordless"].label = _("Sign in without a password")
        self.fields["passwordless"].help_text = _("Without this, the passkey is only a second step after the password.")
        self.fields["passwordless"].initial = True


def refuse_malformed_credentials() -> None:
    """Let allauth's forms for keys refuse a credential that cannot be parsed, on pages and in the API. Idempotent.

    They catch some errors of parsing and let others become a 500. Their subclasses share the objects that are changed here.
    """
    for form, check in ((AddWebAuthnForm, _check_new), (AuthenticateWebAuthnForm, _check_known)):
        # The first base that declares the field: subclasses have the same object.
        validators = form.base_fields["credential"].validators
        if check not in validators:
            validators.append(check)


def _check_new(credential: Any) -> None:
    """Raise ValidationError unless `credential` is the answer of a device that made a key."""
    # Imported here, because fido2 takes 5 MB and few requests need it.
    from fido2.webauthn import RegistrationResponse

    _parse(RegistrationResponse, credential)


def _check_known(credential: Any) -> None:
    """Raise ValidationError unless `credential` is the answer of a device that signed a challenge."""
    from fido2.webauthn import AuthenticationResponse

    _parse(AuthenticationResponse, credential)
    if not isinstance(credential["response"].get("userHandle", ""), str | None):
        raise get_adapter().validation_error("incorrect_code")


def _parse(kind: Any, credential: Any) -> None:
    try:
        kind.from_dict(credential)
    except _MALFORMED as error:
        raise get_adapter().validation_error("incorrect_code") from error
