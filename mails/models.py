"""Store what staff send by hand, this week's mails of a course, and how far the mailbox for bounces has been read."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import constraints
from common.queue.claims import JobQuerySet
from courses.models import Course, InCourse

# How long a mailing is kept, and how long one waits for its confirmation: later it would be about another week.
KEPT, WAITS = timedelta(days=30), timedelta(days=1)


class MailingQuerySet(JobQuerySet["Mailing"]):
    working: ClassVar[list[str]] = ["planning", "sending"]
    task: ClassVar[str] = "mails.tasks.run_mailing"
    argument: ClassVar[str] = "mailing_id"


class Mailing(InCourse):
    """This week's mails to the students of a course, or to some of them, that a person sends now.

    planning (a worker looks at each student) → planned (a person looks at the dry run) → sending → done; or failed, or cancelled:
    what was sent until then stays sent. Whether somebody has got this week's mail is in `courses.models.SummaryDelivery`.
    """

    class Status(models.TextChoices):
        PLANNING = "planning", _("is being worked out")
        PLANNED = "planned", _("waits for your confirmation")
        SENDING = "sending", _("is being sent")
        DONE = "done", pgettext_lazy("a mailing", "finished")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="mailings", verbose_name=_("course"))
    # The ids of the enrolments that were named; empty for all students of the course.
    enrolments = models.JSONField(default=list)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("made"))
    # Students who were looked at in this step, all of them, and the last one's enrolment: the next worker goes on after it.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    position = models.PositiveBigIntegerField(default=0)
    # What the dry run and the sending have found: see `mails.sending_now.findings`.
    plan = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    queued_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["planning", "planned", "sending", "done", "failed", "cancelled"]),
                name="mails_mailing_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.course} · {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_working(self) -> bool:
        """Return whether a worker has something to do."""
        return self.status in MailingQuerySet.working


class BounceMailbox(models.Model):
    """How far a mailbox has been read: up to `last_uid` of the numbering `uid_validity`, which its server may begin anew.

    `name` is its address without the password. `error` says why the last run could not read it, at `failed_at`; "" if it could.
    """

    name = models.CharField(max_length=300, unique=True)
    uid_validity = models.PositiveBigIntegerField(default=0)
    last_uid = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return self.name
