"""Store which operations of apps have been carried out, so that each is carried out once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints


class SyncOperation(models.Model):
    """An operation of one person's app that was carried out, with its outcome. One that was refused has no row.

    `uuid` was chosen by the app. `digest` is that of the operation as it was sent. `note` and `sequence` are parts of the first
    answer: which note has the text, and the number of the answer that stands. Rows are deleted after `forgetting.KEPT`.
    """

    class Status(models.TextChoices):
        APPLIED = "applied", _("carried out")
        CONFLICT = "conflict", _("something else stands, too or instead")
        EVIDENCE = "evidence", _("kept for the instructor")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    uuid = models.UUIDField(_("identifier"))
    kind = models.CharField(_("kind"), max_length=20)
    digest = models.CharField(_("digest of the operation"), max_length=64)
    status = models.CharField(_("outcome"), max_length=10, choices=Status.choices)
    note = models.UUIDField(_("note"), null=True)
    sequence = models.PositiveBigIntegerField(_("number of the answer"), null=True)
    received_at = models.DateTimeField(_("received"), db_index=True)

    class Meta:
        verbose_name = _("operation of an app")
        verbose_name_plural = _("operations of apps")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "uuid"], name="sync_syncoperation_once"),
            models.CheckConstraint(
                condition=Q(status__in=["applied", "conflict", "evidence"]),
                name="sync_syncoperation_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
