"""Define the devices on which people are signed in."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identity import validate_name
from common import constraints


class DeviceSession(models.Model):
    """A session of one person in one browser or app.

    `description` says what it was signed in with, such as "Firefox, Android"; neither the whole User-Agent nor the network
    address is stored. The session's own table has no reference to the person, and the previous release deletes sessions
    without knowing this table. So there is no foreign key: a row counts only while its session is there.
    """

    class Kind(models.TextChoices):
        BROWSER = "browser", _("browser")
        APP = "app", _("app")
        # Signed in before devices were remembered, and not used since.
        UNKNOWN = "unknown", _("unknown")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="device_sessions", verbose_name=_("person")
    )
    session_key = models.CharField(_("key of the session"), max_length=40, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.BROWSER)
    name = models.CharField(_("name"), max_length=100, blank=True, validators=[validate_name])
    description = models.CharField(_("description"), max_length=100, blank=True)
    signed_in_at = models.DateTimeField(_("time"))
    # Written once an hour by `accounts.own_account.usage`. Empty: not used since the hour of the sign-in.
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["browser", "app", "unknown"]),
                name="accounts_devicesession_kind_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.description or str(self.uuid)


class Handover(models.Model):
    """A link that signs its owner in to a browser, from an app that is signed in. It works once, for a minute.

    Only a hash of the link's token is stored, so that who reads the database cannot use it. `session_key` is the app's session:
    when that ends, the link ends.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="handovers", verbose_name=_("person")
    )
    session_key = models.CharField(_("key of the session"), max_length=40, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    path = models.CharField(_("where"), max_length=500)
    created_at = models.DateTimeField(_("made"))
    used_at = models.DateTimeField(_("time"), null=True, blank=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.path
