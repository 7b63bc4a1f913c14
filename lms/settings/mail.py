"""How mail leaves."""

from email.utils import parseaddr

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import BAEUM_HOME, PRODUCTION, env

# An inbox page (loopback only) where no server is told: reset links must be readable without one.
EMAIL_BACKEND = "common.mail.sending.InboxBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
    EMAIL_TIMEOUT = 10
    if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "common.mail.sending.SMTPBackend"  # the same, and it tells how far a message came
INBOX_HOME = BAEUM_HOME / "inbox"
INBOX = not PRODUCTION and not env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Baeum <no-reply@localhost>")
if "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL holds no address.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
