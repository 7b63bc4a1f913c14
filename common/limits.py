"""Limit guesses. Wrong ones are counted in the cache by allauth's rate limits; a refusal says how long to wait."""

import math
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError


class TooManyCodes(DomainError):
    """Too many wrong codes. `wait`: seconds until the next one is looked at; the API sends them as `Retry-After`."""

    slug = "too-many-codes"
    status = 429
    help = gettext_lazy("Too many wrong codes were sent. No code is looked at until `Retry-After` is over.")

    def __init__(self, wait: int) -> None:
        super().__init__(_("Too many wrong codes. Try again in %(time)s.") % {"time": format_wait(wait)})
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Limit:
    """How many times something may happen for one key. `rates` is allauth's notation: `10/10m/key,50/d/key`."""

    action: str
    rates: str

    def count(self, key: str, *, dry_run: bool = False) -> Any:
        """Count one use. Returns None if there have been too many, else the usage, which `rollback()` takes back."""
        # With `limit_get` and rates per key, allauth does not look at the request.
        return ratelimit.consume(None, **self._names(), key=key, dry_run=dry_run, limit_get=True)

    def clear(self, key: str) -> None:
        ratelimit.clear(None, **self._names(), key=key)

    def wait(self, key: str) -> int:
        """Seconds until `key` may be used again."""
        now, longest = time.time(), 0.0
        for rate in ratelimit.parse_rates(self.rates):
            stored = ratelimit.get_cache_key(None, app="baeum", action=self.action, rate=rate, key=key)
            # The newest comes first. The one that makes room when it expires is the oldest that fills the limit.
            uses = [use for use in cache.get(stored, []) if use > now - rate.duration]
            if len(uses) >= rate.amount:
                longest = max(longest, uses[rate.amount - 1] + rate.duration - now)
        return max(1, math.ceil(longest))

    def _names(self) -> dict[str, Any]:
        return {"app": "baeum", "action": self.action, "config": {self.action: self.rates}}


# Wrong codes of one person for one course or quiz.
_WRONG_CODES = Limit("code", "10/10m/key,50/d/key")


def check_code(
    given: str, expected: str, key: str, refusal: DomainError, limits: Iterable[tuple[Limit, str]] = ()
) -> None:
    """Raise `refusal` unless `given` is the code `expected`. Raises TooManyCodes after too many wrong ones.

    `key` names the person and what the code opens; `limits` are further limits with their keys.
    """
    is_right = secrets.compare_digest(given.strip().encode(), expected.encode())
    if not is_right and not given.strip():
        raise refusal  # a form that was sent without a code is no guess
    count_code(is_right, [(_WRONG_CODES, key), *limits])
    if not is_right:
        raise refusal


def count_code(is_right: bool, limits: Iterable[tuple[Limit, str]]) -> None:
    """Count a wrong code. Raises TooManyCodes if there have been too many, also for the right code.

    A right code is not counted, but it is refused as well while a limit is reached. Otherwise guessing would go on.
    """
    for limit, key in limits:
        # The first limit that is reached ends this, so that one person's guesses do not use up the limit of an address.
        if not limit.count(key, dry_run=is_right):
            raise TooManyCodes(limit.wait(key))


def format_wait(seconds: int) -> str:
    """`seconds` in the reader's language, rounded up to minutes: "5 minutes"."""
    start = datetime(2000, 1, 1)  # noqa: DTZ001 (only the difference counts)
    return timesince(start, start + timedelta(minutes=math.ceil(seconds / 60))).replace("\xa0", " ")
