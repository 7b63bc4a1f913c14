"""Configure security headers, cookies and the content security policy."""

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from lms.settings import apps
from lms.settings.environment import BAEUM_URL, PRODUCTION, env

# Of the script in courses/lesson_detail.html that says whether a lesson is opened at its top. A test compares them.
FRESH_LESSON_SCRIPT = "'sha256-93nv1y6D2Oo1BziUc6Ig4eHKdOeeRUOvKtF9yCMhvCA='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, FRESH_LESSON_SCRIPT],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Marks a browser in which somebody has signed in before.
DEVICE_COOKIE_NAME = "__Host-device" if PRODUCTION else "device"
CSRF_FAILURE_VIEW = "accounts.sign_in.interrupted.csrf_failure"
if PRODUCTION:
    CSRF_TRUSTED_ORIGINS = [BAEUM_URL]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    # Other hosts below the same domain may have no HTTPS, and a browser's preload list forgets slowly: an operator decides.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("BAEUM_HSTS_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = env.bool("BAEUM_HSTS_PRELOAD", default=False)
    if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
        raise ImproperlyConfigured(
            "BAEUM_HSTS_PRELOAD=1 needs BAEUM_HSTS_SUBDOMAINS=1: the preload lists require both."
        )
    # `check --deploy` would ask for both.
    SILENCED_SYSTEM_CHECKS = [*apps.SILENCED_SYSTEM_CHECKS, "security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
