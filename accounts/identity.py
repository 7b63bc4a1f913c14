"""Rules for addresses and names of people. They are the same wherever somebody gets in: sign-up, roster, admin, API."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from common.mail.text import is_hidden

# RFC 5321. Longer addresses cannot be sent to, and the column would cut them off.
MAX_LOCAL_PART, MAX_ADDRESS = 64, 254


def normalise_address(address: str) -> str:
    """The form that is stored and compared. Upper case, full width and letters such as “ſ” are spellings of one address."""
    return unicodedata.normalize("NFKC", address.strip()).casefold()


def validate_address(address: str) -> None:
    """Raise ValidationError unless `address` can be stored: ASCII in its normal form, of a length that mail allows.

    Other alphabets are refused, because some of their letters look like Latin ones: a new account would look like an
    existing one. A domain of another alphabet can be entered in its ASCII form (xn--…).
    """
    normal = normalise_address(address)
    foreign = next((character for character in normal if not (character.isascii() and character.isprintable())), "")
    if foreign:
        raise ValidationError(
            _("An e-mail address consists of the letters a to z, digits and signs. This one contains %(character)s."),
            code="foreign-character",
            params={"character": _name_character(foreign)},
        )
    if len(normal) > MAX_ADDRESS or len(normal.rpartition("@")[0]) > MAX_LOCAL_PART:
        raise ValidationError(
            _("This address is too long: mail allows %(local)d characters before the @ and %(all)d in all."),
            code="too-long",
            params={"local": MAX_LOCAL_PART, "all": MAX_ADDRESS},
        )
    validate_email(normal)


def validate_name(name: str) -> None:
    """Raise ValidationError if `name` contains characters that nobody sees and that change how the text around it looks."""
    hidden = next((character for character in name if is_hidden(character)), "")
    if hidden:
        raise ValidationError(
            _("A name contains no line breaks and no invisible characters. This one contains %(character)s."),
            code="hidden-character",
            params={"character": _name_character(hidden)},
        )


def _name_character(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"“{character}” ({code})" if character.isprintable() else code
