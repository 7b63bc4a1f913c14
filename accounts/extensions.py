"""Owns where other apps take part in a sign-up: they register at start-up, accounts knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class SignupCodes:
    """What enrolment codes are good for: `is_known(code)` tells, `redeem(user, code)` acts once the account exists."""

    is_known: Callable[[str], bool]
    redeem: Callable[[User, str], None]


_signup_codes: list[SignupCodes] = []


def register_signup_codes(codes: SignupCodes) -> None:
    """Accept these codes where sign-up asks for one."""
    if codes not in _signup_codes:
        _signup_codes.append(codes)


def is_known_code(code: str) -> bool:
    return any(codes.is_known(code) for codes in _signup_codes)


def redeem_code(user: User, code: str) -> None:
    for codes in _signup_codes:
        if codes.is_known(code):
            codes.redeem(user, code)
