"""The cache of a site with Redis."""

from django.core.cache.backends import redis as django_redis
from redis import RedisError

from common.caching.fail_open import FailOpenCache


class RedisCache(FailOpenCache):
    shared = django_redis.RedisCache
    failures = (RedisError, OSError)
