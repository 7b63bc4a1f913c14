"""The cache of {% cache %}: rendered parts of pages, in the memory of each process."""

from collections.abc import Hashable
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

# The caches by name, so that all threads of a process share them.
_caches: dict[str, LRUCache[Hashable, str]] = {}
_lock = Lock()


class FragmentCache(BaseCache):
    """Keeps texts until the process ends or the cache is full. It has only what the template tag uses.

    Django's cache in memory pickles each value and checks each key and age, which takes longer than reading the text.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        with _lock:
            self._values = _caches.setdefault(name, LRUCache(self._max_entries))

    def get(self, key: Hashable, default: Any = None, version: int | None = None) -> Any:
        with _lock:
            return self._values.get(key, default)

    def set(
        self, key: Hashable, value: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        if timeout is not None:
            raise NotImplementedError("A fragment is kept until the process ends: {% cache None … %}.")
        with _lock:
            self._values[key] = value

    def clear(self) -> None:
        with _lock:
            self._values.clear()
