"""Define deliveries of weekly summaries."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints


class SummaryDelivery(models.Model):
    """One weekly summary to one person. The unique constraint prevents a second mail for the same week.

    The status is first `queued`. It becomes `sending`, which is committed before the mail server is contacted, and then:
    - `sent`;
    - `queued` again, to be sent later, if the mail certainly was not sent;
    - `uncertain`, if the mail may have been sent, or if the row stayed in `sending`. It is not sent again automatically;
    - `failed`, if the mail was refused, or after the last send attempt. A row that is queued for too long fails too;
    - `bounced`, if it was sent and came back, or its reader complained;
    - `skipped`, if the mail would be empty, the person no longer wants it, or the account is closed.

    `error` is the reason of the last failure, or a `SkipReason`. An administrator can send uncertain and failed summaries again.
    The summary tells what happened from `period_start` until `period_end`. Rows of before there were periods have none.
    """

    class Kind(models.TextChoices):
        WEEKLY = "weekly", _("weekly summary")

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("nothing to say")
        UNCERTAIN = "uncertain", _("uncertain: look at it")
        FAILED = "failed", _("not sent: look at it")
        BOUNCED = "bounced", _("bounced")

    class Edition(models.TextChoices):
        WEEK = "week", _("the week")
        GO_ON = "go_on", _("“Shall we go on?”")

    class SkipReason(models.TextChoices):
        NOTHING = "nothing", _("Nothing is left to do, and nothing happened in the week.")
        PAUSED = "paused", _("The person was asked whether to go on, and has not come back since.")
        OFF = "off", _("The person has switched the summary off.")
        CLOSED = "closed", _("The account is closed.")
        BOUNCED = "bounced", _("Earlier mails to the address came back.")

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="summary_deliveries", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.WEEKLY)
    iso_year = models.PositiveSmallIntegerField(_("year"))
    iso_week = models.PositiveSmallIntegerField(_("week"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    due_at = models.DateTimeField(_("due"))
    period_start = models.DateTimeField(_("tells from"), null=True, blank=True)
    period_end = models.DateTimeField(_("tells until"), null=True, blank=True)
    edition = models.CharField(
        _("edition"), max_length=10, choices=Edition.choices, default=Edition.WEEK, db_default=Edition.WEEK
    )
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    send_attempts = models.PositiveSmallIntegerField(_("send attempts"), default=0)
    message_id = models.CharField("Message-ID", max_length=200, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("summary delivery")
        verbose_name_plural = _("summary deliveries")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "due_at"], name="courses_summary_status_due"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "iso_year", "iso_week", "kind"], name="courses_summarydelivery_once_a_week"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sending", "sent", "skipped", "uncertain", "failed", "bounced"]),
                name="courses_summarydelivery_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["weekly"]),
                name="courses_summarydelivery_kind_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(edition__in=["week", "go_on"]),
                name="courses_summarydelivery_edition_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.iso_year}-W{self.iso_week:02d}"

    @property
    def why(self) -> str:
        """Return why it was not sent, in the reader's language if it is one of the site's own reasons; "" if it was."""
        return str(dict(self.SkipReason.choices).get(self.error, self.error))
