"""Set the languages and the time zone."""

import zoneinfo

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import BASE_DIR, env

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
# The first folder has our own messages, the second has translations for packages. makemessages writes only to the first.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale/packages"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "ko"
MODELTRANSLATION_LANGUAGES = ("ko", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("ko", "en")
USE_I18N = True
# English dates as 29 November 2026. Django writes them as Americans do.
FORMAT_MODULE_PATH = ["lms.formats"]
USE_TZ = True
# For pages of visitors and the admin, and what a new account starts with.
TIME_ZONE = env.str("BAEUM_TIME_ZONE", default="") or "Asia/Seoul"
try:
    zoneinfo.ZoneInfo(TIME_ZONE)
except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
    raise ImproperlyConfigured(
        f"BAEUM_TIME_ZONE is {TIME_ZONE!r}; it is the IANA name of a time zone, such as Asia/Seoul."
    ) from error
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
