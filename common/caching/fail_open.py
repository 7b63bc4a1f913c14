"""Keep answering while the shared cache is away.

The shared cache contains the rate limits. Sign-in must not fail with it: during an outage each process counts by itself in its
own memory, so the limits are still there, once for each process. `/readyz` and one line in the log report the outage.
"""

import threading
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

log = structlog.get_logger(__name__)

# Seconds for which this process does not use a cache that failed. A cache that accepts connections and never answers
# costs one request of this process its time-out, once in this time.
CACHE_PAUSE = 5.0
# A full cache drops random entries. It must be large enough to keep the counters of wrong passwords.
MAX_ENTRIES = 3000


class Outage:
    """Whether a cache is away. All threads of a process share it, although Django makes a cache object for each thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paused_until = 0.0
        self.is_running = False

    def is_paused(self) -> bool:
        """Whether the cache must not be used now. At the end of a pause, one caller gets False and tries the cache."""
        if not self.is_running:
            return False
        with self._lock:
            now = time.monotonic()
            if now < self._paused_until:
                return True
            self._paused_until = now + CACHE_PAUSE
            return False

    def begin(self, error: Exception) -> None:
        with self._lock:
            self._paused_until = time.monotonic() + CACHE_PAUSE
            is_new, self.is_running = not self.is_running, True
        if is_new:
            log.warning("cache_unreachable", error=str(error), consequence="each process counts rate limits by itself")

    def end(self) -> None:
        if not self.is_running:
            return
        with self._lock:
            self.is_running = False
        log.warning("cache_reachable_again")


_outages: dict[str, Outage] = {}


class FailOpenCache(BaseCache):
    """Uses the backend `shared`, or this process's memory while that raises one of `failures`."""

    shared: ClassVar[type[BaseCache]]
    failures: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, location: Any, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._location, self._params = location, params
        name = f"instead of {location}"
        self._outage = _outages.setdefault(name, Outage())
        self._local = LocMemCache(name, {**params, "OPTIONS": {"MAX_ENTRIES": MAX_ENTRIES}})

    @cached_property
    def _shared(self) -> BaseCache:
        # Created at its first use, because creating it may fail too.
        return self.shared(self._location, self._params)  # type: ignore[call-arg]  # backends take the location first

    def is_reachable(self) -> bool:
        """Try the shared cache. During a pause, return False without trying it."""
        self.set("reachable", 1, 60)
        return not self._outage.is_running

    def _use(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        in_memory = getattr(self._local, name)
        if self._outage.is_paused():
            return in_memory(*arguments, **options)
        try:
            result = getattr(self._shared, name)(*arguments, **options)
        except self.failures as error:
            self._outage.begin(error)
            return in_memory(*arguments, **options)
        self._outage.end()
        if name in ("delete", "delete_many", "clear"):
            # An entry of this outage (a lock, for example) must not be there in the next one.
            in_memory(*arguments, **options)
        return result


def _fail_open(name: str) -> Callable[..., Any]:
    def method(self: FailOpenCache, *arguments: Any, **options: Any) -> Any:
        return self._use(name, arguments, options)

    return method


for _name in (
    "add", "get", "set", "touch", "delete", "incr", "has_key", "get_many", "set_many", "delete_many", "clear",
):  # fmt: skip
    setattr(FailOpenCache, _name, _fail_open(_name))
