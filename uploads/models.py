"""Store how far each upload in pieces has come. Its bytes are on the disk: `uploads.parts`."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints
from quizzes.attempts.models import Attempt, HandInFile


class Upload(models.Model):
    """A file that comes in pieces, for one question of an attempt. It ends as a `HandInFile`.

    `received` bytes are on the disk for sure; if the file has fewer, as in a restored site, so many count as its bytes. The row
    is deleted when `expires_at` has passed; until then an app can ask what became of the upload.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("not complete")
        HANDED_IN = "handed_in", _("handed in")
        EVIDENCE = "evidence", _("came too late; kept for the instructor")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="uploads", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size"))
    received = models.PositiveIntegerField(_("bytes received"), default=0)
    # `Upload-Metadata` as the app sent it.
    metadata = models.CharField(_("what the app says of the file"), max_length=2000)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    file = models.ForeignKey(
        HandInFile, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("file handed in")
    )
    created_at = models.DateTimeField(_("begun"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("upload in pieces")
        verbose_name_plural = _("uploads in pieces")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "handed_in", "evidence"]),
                name="uploads_upload_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            # What says that all bytes are there also says that the file is handed in.
            models.CheckConstraint(
                condition=Q(status="open", received__lt=models.F("size"))
                | (~Q(status="open") & Q(received=models.F("size"))),
                name="uploads_upload_complete_is_handed_in",
                violation_error_message=_("An upload is complete when its file is handed in."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
