"""Define messages to people, and which mails somebody has switched off."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints


class MessageQuerySet(models.QuerySet["Message"]):
    """Query words of messages."""

    def in_bell(self) -> "MessageQuerySet":
        """The messages that the bell shows."""
        return self.filter(is_in_bell=True)

    def unread(self) -> "MessageQuerySet":
        """The messages of the bell that have not been read."""
        return self.filter(is_in_bell=True, read_at=None)


class Message(models.Model):
    """One message to one person: a line of the bell, and a mail in the outbox (`common.mail.outbox`).

    `about` is a reference that the kind understands; what the message says is looked up when it is sent or shown. The unique
    constraint prevents a second message about the same thing. Mails of one kind that go together share a `message_id`.

    `none`: the kind sends no mail, or sends it by other means. `skipped`: the person may no longer see what it is about, has
    switched such mails off, mails to the address came back, or the account is closed. `bounced`: the mail came back, or its
    reader complained. The other statuses are those of the outbox.
    """

    class Status(models.TextChoices):
        NONE = "none", _("no mail")
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("nobody to tell")
        UNCERTAIN = "uncertain", _("uncertain: look at it")
        FAILED = "failed", _("not sent: look at it")
        BOUNCED = "bounced", _("bounced")

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", verbose_name=_("person")
    )
    # No choices: an app adds a kind without a migration, and a row outlives its kind.
    kind = models.CharField(_("kind"), max_length=50)
    about = models.CharField(_("about"), max_length=100)
    created_at = models.DateTimeField(_("made"))
    is_in_bell = models.BooleanField(_("in the bell"), default=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    # Before this moment the mail is not sent: others of its kind may join it, or it is night where the reader is.
    due_at = models.DateTimeField(_("due"))
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    send_attempts = models.PositiveSmallIntegerField(_("send attempts"), default=0)
    message_id = models.CharField("Message-ID", max_length=200, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="accounts_message_status_due"),
            models.Index(
                fields=["user", "-created_at", "-id"], name="accounts_message_bell", condition=Q(is_in_bell=True)
            ),
            # Every page counts them.
            models.Index(
                fields=["user"], name="accounts_message_unread", condition=Q(is_in_bell=True, read_at__isnull=True)
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind", "about"], name="accounts_message_once"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["none", "queued", "sending", "sent", "skipped", "uncertain", "failed", "bounced"]
                ),
                name="accounts_message_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.user}"


class MailSwitch(models.Model):
    """That one person has switched the mails of one kind off or on. Without a row they are on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_switches", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=50)
    is_on = models.BooleanField(_("on"))

    class Meta:
        verbose_name = _("switch of mails")
        verbose_name_plural = _("switches of mails")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="accounts_mailswitch_one_for_each_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.user}"
