"""Define the requests that apps may send again with the same `Idempotency-Key`, and their first answers."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotentRequest(models.Model):
    """A request with an `Idempotency-Key` of one person. `status` is null while it runs; then the answer is stored with it.

    `digest` is that of the address and the body. Rows are deleted after a day (`accounts.api.idempotency`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    key = models.CharField(_("key"), max_length=255)
    digest = models.CharField(_("digest of the request"), max_length=64)
    created_at = models.DateTimeField(_("made"), db_index=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(_("headers of the answer"), default=dict)
    body = models.BinaryField(_("stored answer"), default=b"")

    class Meta:
        verbose_name = _("repeatable request")
        verbose_name_plural = _("repeatable requests")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "key"], name="accounts_idempotentrequest_once"),
        ]

    def __str__(self) -> str:
        return self.key
