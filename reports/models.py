"""Store rules of completion, and files that are made for download."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints
from common.queue.claims import JobQuerySet
from courses.models import Cohort, Course, InCourse

# How long a finished file is kept.
KEPT = timedelta(days=7)


class CompletionRule(InCourse):
    """What a student must reach to complete a course: three percentages. 0 asks for nothing."""

    course = models.OneToOneField(Course, models.CASCADE, related_name="completion_rule")
    progress = models.PositiveSmallIntegerField(
        _("progress (percent)"), default=80, validators=[MaxValueValidator(100)]
    )
    grade = models.PositiveSmallIntegerField(_("grade (percent)"), default=60, validators=[MaxValueValidator(100)])
    hand_ins = models.PositiveSmallIntegerField(
        _("hand-ins that were handed in (percent)"), default=90, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("rule of completion")
        verbose_name_plural = _("rules of completion")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(progress__lte=100, grade__lte=100, hand_ins__lte=100),
                name="reports_completionrule_at_most_100",
                violation_error_message=constraints.ABOVE_100,
            )
        ]

    def __str__(self) -> str:
        return f"{self.progress} · {self.grade} · {self.hand_ins}"


class ExportQuerySet(JobQuerySet["Export"]):
    working: ClassVar[list[str]] = ["waiting"]
    task: ClassVar[str] = "reports.tasks.run_export"
    argument: ClassVar[str] = "export_id"
    queued: ClassVar[str] = "created_at"


class Export(InCourse):
    """A file of a course's students with their grades, made by the worker.

    waiting → made, or failed, or cancelled. A made file is deleted after KEPT.
    """

    class Kind(models.TextChoices):
        GRADEBOOK = "gradebook", _("gradebook")
        COMPLETION = "completion", _("completion report")

    class Format(models.TextChoices):
        CSV = "csv", _("CSV for Excel (UTF-8)")
        CP949 = "cp949", _("CSV for older Korean Excel (CP949)")
        XLSX = "xlsx", _("Excel (XLSX)")

    class Status(models.TextChoices):
        WAITING = "waiting", _("is being made")
        MADE = "made", _("ready")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="exports", verbose_name=_("course"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    format = models.CharField(_("format"), max_length=5, choices=Format.choices)
    cohort = models.ForeignKey(
        Cohort, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("cohort")
    )
    language = models.CharField(max_length=10)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("made"))
    # Students that are written, and all of them.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    content = models.BinaryField(default=b"")
    # How many different characters the format cannot write. A question mark stands in their place.
    lost_characters = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "made", "failed", "cancelled"]),
                name="reports_export_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.course} · {self.kind}"

    @property
    def file_name(self) -> str:
        """Return the name of the download."""
        ending = "xlsx" if self.format == self.Format.XLSX else "csv"
        return f"{self.course.slug}-{self.kind}-{self.created_at:%Y-%m-%d}.{ending}"
