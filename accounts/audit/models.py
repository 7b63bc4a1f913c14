"""Define the audit log: events, where they came from, whose data they concern, and the keys of encrypted values.

All but the keys are append-only in the database: see `accounts.audit.triggers`. Their foreign keys to people have no
constraint, so that rows stay when a person is deleted.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common import constraints


def _person(related_name: str, label: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name=related_name,
        verbose_name=label,
    )


class AuditOrigin(models.Model):
    """A network address from which somebody acted. Each is stored once for each person.

    `address` is encrypted with the person's key; `digest` is a keyed hash of it, by which the row is found.
    """

    person = _person("+", _("who"))
    digest = models.CharField(_("keyed hash of the network address"), max_length=64)
    address = models.BinaryField(_("network address (encrypted)"))

    class Meta:
        verbose_name = _("network address of the audit log")
        verbose_name_plural = _("network addresses of the audit log")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "digest"], name="accounts_auditorigin_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AuditEvent(models.Model):
    """Somebody has seen or changed personal data: one page, one call of the API, one command.

    `actor` is empty if the server did it by itself. `address` is the path of the page or of the API without its query, or the
    command. `origin` is the network address, if the actor belongs to the staff.
    """

    class Action(models.TextChoices):
        VIEW = "view", _("seen")
        EXPORT = "export", _("exported")
        ADD = "add", _("added")
        CHANGE = "change", _("changed")
        DELETE = "delete", _("deleted")

    class Channel(models.TextChoices):
        PAGE = "page", _("page")
        API = "api", _("API")
        COMMAND = "command", _("command")

    at = models.DateTimeField(_("time"))
    actor = _person("+", _("who"))
    action = models.CharField(_("what"), max_length=10, choices=Action.choices)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    address = models.CharField(_("where"), max_length=200)
    origin = models.ForeignKey(
        AuditOrigin, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("network address")
    )

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["actor", "-id"], name="accounts_audit_actor"),
            models.Index(fields=["action", "-id"], name="accounts_audit_action"),
            models.Index(fields=["at"], name="accounts_audit_at"),
            models.Index(fields=["address", "-id"], name="accounts_audit_address", opclasses=["text_pattern_ops", ""]),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(action__in=["view", "export", "add", "change", "delete"]),
                name="accounts_auditevent_action_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["page", "api", "command"]),
                name="accounts_auditevent_channel_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.address}"


class AuditEntry(models.Model):
    """One person whose data an event concerns, and which row.

    `changes` is {field: [before, after]} of the registered personal fields, as JSON, encrypted with the person's key.
    """

    event = models.ForeignKey(AuditEvent, models.PROTECT, related_name="entries", verbose_name=_("audit event"))
    subject = _person("+", _("whose data"))
    model = models.CharField(_("table"), max_length=60)
    object_id = models.BigIntegerField(_("number of the row"), null=True)
    changes = models.BinaryField(_("values before and after (encrypted)"), null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "-event"], name="accounts_audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class AuditKey(models.Model):
    """The key with which the values of one person are encrypted in the audit log. Deleting it makes them unreadable."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    key = models.BinaryField()

    class Meta:
        verbose_name = _("audit key")
        verbose_name_plural = _("audit keys")

    def __str__(self) -> str:
        return str(self.user_id)
