"""Cache and sessions."""

from typing import Any

from lms.settings.environment import BAEUM_HOME, env

# Rate limits live in the cache, so that several processes need a shared one.
REDIS_URL = env.str("REDIS_URL", default="")
# Two sites may share one Redis.
REDIS_PREFIX = env.str("BAEUM_REDIS_PREFIX", default="baeum")
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 0.5},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": BAEUM_HOME / "cache",
            # When it is full, entries go at random: a busy morning must not forget who guessed passwords.
            "OPTIONS": {"MAX_ENTRIES": 3000},
        }
    }
# What {% cache %} holds is the same for everybody and lives as long as the process.
CACHES["template_fragments"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "template_fragments",
}
# The database, not the cache: nobody is logged out, in the middle of a quiz, because Redis was restarted.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
