"""The cache of a site with Redis."""

import re
from typing import Any

from django.core.cache.backends import redis as django_redis
from redis import RedisError

from common.caching.fail_open import FailOpenCache


class _Redis(django_redis.RedisCache):
    def clear(self) -> None:
        """Delete the cache's own keys. Django empties the whole database, in which the queue's messages are too."""
        client: Any = self._cache.get_client(write=True)
        prefix = re.sub(r"([*?\[\]\\])", r"\\\1", self.key_prefix)
        keys = list(client.scan_iter(f"{prefix}:{self.version}:*", count=1000))
        if keys:
            client.delete(*keys)


class RedisCache(FailOpenCache):
    shared = _Redis
    failures = (RedisError, OSError)
