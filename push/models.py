"""Define on which devices somebody gets notifications, and which messages were sent to which of them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import DeviceSession, Message
from common import constraints

# Long enough for every push service, and short enough for an index of PostgreSQL.
LONGEST_ENDPOINT = 2000


class Subscription(models.Model):
    """That one device gets notifications, as long as it is signed in.

    `endpoint` is where they are sent: an address of the browser's push service, or the token of a device. Who knows it can send
    only with one of the site's keys. `public_key` and `secret` are the browser's; only it can read what is encrypted with them.
    `server_key` is the key of the site that the browser accepts, see `ServerKey`.

    The table has no constraint in the database to its device: the previous release signs devices out without knowing of it. A
    subscription counts only while its device is signed in.
    """

    class Transport(models.TextChoices):
        WEB = "web", _("browser")
        FCM = "fcm", "Firebase Cloud Messaging"
        APNS = "apns", "Apple Push Notification service"

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions", verbose_name=_("person")
    )
    device = models.ForeignKey(
        DeviceSession, models.CASCADE, related_name="push_subscriptions", db_constraint=False, verbose_name=_("device")
    )
    transport = models.CharField(_("way"), max_length=10, choices=Transport.choices, default=Transport.WEB)
    endpoint = models.CharField(_("address of the device"), max_length=LONGEST_ENDPOINT, unique=True)
    public_key = models.CharField(_("public key of the device"), max_length=100, blank=True)
    secret = models.CharField(_("secret of the device"), max_length=50, blank=True)
    server_key = models.CharField(_("key of the site"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("device with notifications")
        verbose_name_plural = _("devices with notifications")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(transport__in=["web", "fcm", "apns"]),
                name="push_subscription_transport_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Delivery(models.Model):
    """One message that is sent to one device: a row of an outbox (`common.mail.outbox`).

    `skipped`: the person may no longer see what it is about, has read it already, has switched such notifications off, or is no
    longer signed in there. `failed`: the push service refused it for good, or could not be reached for a day. The other statuses
    are those of the outbox. Rows that share a `message_id` are one notification. `answer` is the push service's HTTP status.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("nobody to tell")
        UNCERTAIN = "uncertain", _("uncertain: look at it")
        FAILED = "failed", _("not sent: look at it")

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    # Not called `message`: `message_id` is a column of every outbox.
    about = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    # Without an index of its own: that of the constraint below begins with it.
    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="deliveries", db_index=False, verbose_name=_("device")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    # Before this moment it is not sent: others of its kind may join it, it is night, or the push service has asked to wait.
    due_at = models.DateTimeField(_("due"))
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    send_attempts = models.PositiveSmallIntegerField(_("send attempts"), default=0)
    message_id = models.CharField(_("identifier of the notification"), max_length=200, blank=True)
    answer = models.PositiveSmallIntegerField(_("answer of the push service"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("notification on a device")
        verbose_name_plural = _("notifications on devices")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="push_delivery_status_due"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subscription", "about"], name="push_delivery_once"),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sending", "sent", "skipped", "uncertain", "failed"]),
                name="push_delivery_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class PushSwitch(models.Model):
    """That one person has switched the notifications of one kind off or on. Without a row they are on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_switches", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=50)
    is_on = models.BooleanField(_("on"))

    class Meta:
        verbose_name = _("switch of notifications")
        verbose_name_plural = _("switches of notifications")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="push_pushswitch_one_for_each_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.user}"


class ServerKey(models.Model):
    """A key pair by which push services know the site (VAPID). `private` is encrypted with SECRET_KEY.

    Browsers accept only the key with which they were subscribed. So former keys stay; the newest is the one for new devices.
    `public` is the point of P-256 in base64url, as browsers take it.
    """

    public = models.CharField(_("public key"), max_length=100, unique=True)
    private = models.BinaryField()
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("key of notifications")
        verbose_name_plural = _("keys of notifications")

    def __str__(self) -> str:
        return self.public
