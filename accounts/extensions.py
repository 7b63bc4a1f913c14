"""Let other apps accept enrolment codes at sign-up. They register at start-up, so accounts does not import them."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class SignupCodes:
    """One kind of enrolment codes. `is_known(code)` checks a code; `redeem(user, code)` uses it once the account exists."""

    is_known: Callable[[str], bool]
    redeem: Callable[[User, str], None]


_signup_codes: list[SignupCodes] = []


def register_signup_codes(codes: SignupCodes) -> None:
    """Accept these codes at sign-up."""
    if codes not in _signup_codes:
        _signup_codes.append(codes)


def is_known_code(code: str) -> bool:
    """Whether any registered app accepts `code`."""
    return any(codes.is_known(code) for codes in _signup_codes)


def redeem_code(user: User, code: str) -> None:
    """Use `code` in every registered app that accepts it."""
    for codes in _signup_codes:
        if codes.is_known(code):
            codes.redeem(user, code)
