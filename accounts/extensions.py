"""Let other apps accept enrolment codes at sign-up.

They register functions at start-up, so accounts does not import them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class SignupCodes:
    """The enrolment codes of one app.

    `is_known(code)` returns whether the code is valid. `redeem(user, code)` is called after the account has been created.
    """

    is_known: Callable[[str], bool]
    redeem: Callable[[User, str], None]


_signup_codes: list[SignupCodes] = []


def register_signup_codes(codes: SignupCodes) -> None:
    """Accept these codes at sign-up. Idempotent."""
    if codes not in _signup_codes:
        _signup_codes.append(codes)


def is_known_code(code: str) -> bool:
    """Return whether any registered app accepts `code`."""
    return any(codes.is_known(code) for codes in _signup_codes)


def redeem_code(user: User, code: str) -> None:
    """Call `redeem` of every registered app that accepts `code`."""
    for codes in _signup_codes:
        if codes.is_known(code):
            codes.redeem(user, code)
