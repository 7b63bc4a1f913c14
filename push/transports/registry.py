"""List the ways to devices. A way without credentials is absent, and whoever asks for it is told so."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from push.models import Subscription
from push.transports.apns import ApplePush
from push.transports.base import Transport
from push.transports.fcm import FirebaseCloudMessaging
from push.transports.web import WebPush

TRANSPORTS: dict[str, Transport] = {
    Subscription.Transport.WEB: WebPush(),
    Subscription.Transport.FCM: FirebaseCloudMessaging(),
    Subscription.Transport.APNS: ApplePush(),
}


class TransportMissing(DomainError):
    slug = "push-transport-missing"
    status = 409
    help = gettext_lazy(
        "This site cannot send notifications in this way, because its operator has no credentials for it. "
        "`push_transports_list` says which ways there are."
    )


def is_configured(name: str) -> bool:
    """Whether notifications can be sent in this way."""
    return name in TRANSPORTS and TRANSPORTS[name].is_configured()


def get(name: str) -> Transport:
    """Return the way with this name. Raises TransportMissing if the site does not have it."""
    if not is_configured(name):
        raise TransportMissing(_("This site does not send notifications by %(name)s.") % {"name": name.upper()})
    return TRANSPORTS[name]
