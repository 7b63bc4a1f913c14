"""Store the secret addresses at which calendar programs read people's dates, and what they have read there."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def make_key() -> str:
    """Return a new key: 128 random bits."""
    return secrets.token_urlsafe(16)


class Feed(models.Model):
    """The address of one person's calendar. Without a row there is none. `key` is a part of it: see `calendars.feeds`."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    key = models.CharField(max_length=22, unique=True, default=make_key, editable=False)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self.user)


class SentDate(models.Model):
    """A date as the person's calendar programs have read it last. It decides SEQUENCE, LAST-MODIFIED and STATUS (RFC 5545).

    `digest` is of everything that an event says. A row without a date that belongs to it any longer is cancelled: it has lost
    `digest`. No title is kept, because the person may no longer see the activity.
    """

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="sent")
    uid = models.CharField(max_length=60)
    at = models.DateTimeField()
    digest = models.CharField(max_length=32, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    modified_at = models.DateTimeField()

    class Meta:
        verbose_name = _("date in a calendar")
        verbose_name_plural = _("dates in calendars")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["feed", "uid"], name="calendars_sentdate_once_in_feed")
        ]

    def __str__(self) -> str:
        return self.uid
