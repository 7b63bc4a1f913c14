"""Limit wrong passwords, without letting strangers lock somebody out, or one person lock a campus out.

| who | limit |
|---|---|
| a device on which the account has signed in before | 5 wrong passwords in 5 minutes; no other limit applies to it |
| anybody else: one account from one network address | 5 wrong passwords in 5 minutes |
| anybody else: one account from everywhere | 100 wrong passwords in an hour, against many addresses |
| anybody else: one network address | 600 attempts in a minute, right or wrong: each costs 29 ms of hashing |
"""

from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest

from accounts.identity import normalise_address
from accounts.sign_in.devices import find_known_device
from common.limits import Limit

_ON_DEVICE = Limit("sign-in-device", "5/5m/key")
_FROM_ADDRESS = Limit("sign-in-pair", "5/5m/key")
_FOR_ACCOUNT = Limit("sign-in-account", "100/h/key")
_ATTEMPTS = Limit("sign-in-address", "600/m/key")
# Enrolment codes at sign-up, where there is no account to count for. A class may sign up from one address.
SIGNUP_CODES = Limit("sign-up-code", "30/10m/key,200/d/key")


class SignInRefused(Exception):
    """Too many attempts. `wait`: seconds until the next one is looked at."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class Counted:
    """One attempt as it was counted."""

    def __init__(self, wrong: list[Any]) -> None:
        self._wrong = wrong

    def take_back(self) -> None:
        """The password was right, so it does not count as a wrong one."""
        for usage in self._wrong:
            usage.rollback()


def client_address(request: HttpRequest) -> str:
    """The network address that counts as one: an IPv4 address, or the /64 network of an IPv6 address."""
    return str(ratelimit.get_ip(request))


def count_attempt(request: HttpRequest, email: str) -> Counted:
    """Count an attempt to sign in before its password is looked at. Raises SignInRefused."""
    account = normalise_address(email)
    device = find_known_device(request, account)
    if device:
        return Counted(_count([(_ON_DEVICE, f"{device.key}:{account}")]))
    address = client_address(request)
    _count([(_ATTEMPTS, address)])
    return Counted(_count([(_FROM_ADDRESS, f"{account}:{address}"), (_FOR_ACCOUNT, account)]))


def forget_wrong_passwords(request: HttpRequest, email: str) -> None:
    """Start to count anew after a reset of the password, which proved the owner by mail."""
    account = normalise_address(email)
    device = find_known_device(request, account)
    if device:
        _ON_DEVICE.clear(f"{device.key}:{account}")
    _FROM_ADDRESS.clear(f"{account}:{client_address(request)}")
    _FOR_ACCOUNT.clear(account)


def _count(limits: list[tuple[Limit, str]]) -> list[Any]:
    counted: list[Any] = []
    for limit, key in limits:
        usage = limit.count(key)
        if not usage:
            for earlier in counted:
                earlier.rollback()
            raise SignInRefused(limit.wait(key))
        counted.append(usage)
    return counted
