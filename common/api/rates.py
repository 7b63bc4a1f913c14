"""Limit how many requests of the API one person, or one network address without a sign-in, may send in a minute.

Each process counts in its memory, which costs next to nothing. Every so many requests it adds them to a count in the shared
cache, so that the limit holds for all processes together. Without the cache, each process still counts for itself.
"""

import math
import time
from collections.abc import Hashable

from django.conf import settings
from django.core.cache import cache
from rest_framework.exceptions import Throttled

_WINDOW = 60
# How often in a window a process adds its requests to the shared count.
_REPORTS = 10


class RateLimit:
    """A limit of requests in a minute, by key. `setting` is the name of the number; 0 switches the limit off."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._window = 0
        self._counts: dict[Hashable, int] = {}

    def count(self, key: Hashable) -> None:
        """Count one request. Raises Throttled if there have been too many in this minute."""
        limit: int = getattr(settings, self._setting)
        if not limit:
            return
        now = time.time()
        window = int(now // _WINDOW)
        if window != self._window:
            # Requests of other threads may be lost. None is counted twice.
            self._window, self._counts = window, {}
        count = self._counts[key] = self._counts.get(key, 0) + 1
        step = max(1, limit // _REPORTS)
        if count % step == 0 and count <= limit and self._report(key, window, step) >= limit + step:
            # Other processes have counted the rest.
            count = self._counts[key] = limit + 1
        if count > limit:
            raise Throttled(math.ceil((window + 1) * _WINDOW - now))

    def _report(self, key: Hashable, window: int, step: int) -> int:
        """Add `step` requests to the count of all processes, and return it."""
        name = f"api-rate:{self._setting}:{key}:{window}"
        cache.add(name, 0, 2 * _WINDOW)
        try:
            return int(cache.incr(name, step))
        except ValueError:
            # It was dropped between the two calls, because the cache is full.
            return step


PEOPLE = RateLimit("API_RATE")
ADDRESSES = RateLimit("API_ANONYMOUS_RATE")
