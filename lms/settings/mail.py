"""Configure outgoing mail, and notifications on devices."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import BAEUM_HOME, PRODUCTION, env

# Without a mail server, mails are shown on an inbox page (loopback only), so that password reset links can be used.
EMAIL_BACKEND = "common.mail.sending.InboxBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
    EMAIL_TIMEOUT = 10
    if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "common.mail.sending.SMTPBackend"  # also records whether a message was transmitted
INBOX_HOME = BAEUM_HOME / "inbox"
INBOX = not PRODUCTION and not env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Baeum <no-reply@localhost>")
if "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL holds no address.")
# How far batches of mails are: see common.mail.journal.
MAIL_JOURNALS = BAEUM_HOME / "mail-journals"
# With it, a mail server may report bounces and complaints at /bounces/. Without it, that address does not exist.
BOUNCE_SECRET = env.str("BAEUM_BOUNCE_SECRET", default="")
if BOUNCE_SECRET and len(BOUNCE_SECRET) < 32:
    raise ImproperlyConfigured("BAEUM_BOUNCE_SECRET is shorter than 32 characters.")
# A mailbox to which bounces come: imaps://user:password@host/folder. The worker reads it every two minutes.
BOUNCE_MAILBOX_URL = env.str("BAEUM_BOUNCE_MAILBOX_URL", default="")
if BOUNCE_MAILBOX_URL:
    _mailbox = urlsplit(BOUNCE_MAILBOX_URL)
    # A password is not sent over a network in the clear.
    _is_safe = _mailbox.scheme == "imaps" or (
        _mailbox.scheme == "imap" and _mailbox.hostname in ("127.0.0.1", "localhost")
    )
    if not _is_safe or not (_mailbox.hostname and _mailbox.username and _mailbox.password):
        raise ImproperlyConfigured("BAEUM_BOUNCE_MAILBOX_URL is like imaps://user:password@host/folder.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Whom people ask about their account. My account shows it.
CONTACT = env.str("BAEUM_CONTACT", default="")

# Origins that notifications are sent to although they are not https or not public, such as a push service of the network itself.
PUSH_ORIGINS = [origin.strip().rstrip("/") for origin in env.list("BAEUM_PUSH_ORIGINS", default=[]) if origin.strip()]
# The file of a service account of Firebase. Without it the site sends nothing to apps that Firebase reaches.
FCM_CREDENTIALS = env.str("BAEUM_FCM_CREDENTIALS", default="")
FCM_URL = "https://fcm.googleapis.com"
# The file of a key for Apple's push service, its number, that of the developer account, and the identifier of the app.
APNS_KEY = env.str("BAEUM_APNS_KEY", default="")
APNS_KEY_ID = env.str("BAEUM_APNS_KEY_ID", default="")
APNS_TEAM_ID = env.str("BAEUM_APNS_TEAM_ID", default="")
APNS_TOPIC = env.str("BAEUM_APNS_TOPIC", default="")
if len({bool(each) for each in (APNS_KEY, APNS_KEY_ID, APNS_TEAM_ID, APNS_TOPIC)}) > 1:
    raise ImproperlyConfigured("Apple's push service needs BAEUM_APNS_KEY, _KEY_ID, _TEAM_ID and _TOPIC together.")
# Apps that were installed by a developer get notifications from the other service only.
_APNS_HOST = "api.sandbox.push.apple.com" if env.bool("BAEUM_APNS_SANDBOX", default=False) else "api.push.apple.com"
APNS_URL = f"https://{_APNS_HOST}"
