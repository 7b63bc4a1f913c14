"""Configure the cache and sessions."""

from typing import Any

from lms.settings.environment import BAEUM_HOME, env

# All processes must share the cache, because it contains the counters of the rate limits. While it is away, each process counts
# in its own memory (`common.caching.fail_open`).
REDIS_URL = env.str("REDIS_URL", default="")
# The prefix separates sites that share one Redis.
REDIS_PREFIX = env.str("BAEUM_REDIS_PREFIX", default="baeum")
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "common.caching.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 0.5},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "common.caching.files.FileCache",
            "LOCATION": BAEUM_HOME / "cache",
            # A full cache drops random entries. It must be large enough to keep the counters of wrong passwords.
            "OPTIONS": {"MAX_ENTRIES": 3000},
        }
    }
# For fragments of {% cache %}. They are the same for all readers and are kept until the process ends. Most are unanswered
# questions of 1 to 2 KB, one for each order of the choices.
CACHES["template_fragments"] = {
    "BACKEND": "common.caching.fragments.FragmentCache",
    "LOCATION": "template_fragments",
    "OPTIONS": {"MAX_ENTRIES": 1500},
}
# Sessions are in the database, so that a restart of Redis does not sign out students during a quiz.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
