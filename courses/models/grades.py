"""Define grade items, the columns of the gradebook, and the append-only ledger of grade changes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints
from courses.models.activities import Activity
from courses.models.append_only import AppendOnlyModel
from courses.models.enrolments import Enrolment
from courses.models.in_course import InCourse


class GradeItem(InCourse):
    """A column of the gradebook: how one graded activity is counted in the course grade."""

    course_path: ClassVar[str] = "activity__course"

    class GradingMethod(models.TextChoices):
        HIGHEST = "highest", _("the highest attempt")
        LAST = "last", _("the last attempt")
        AVERAGE = "average", _("the average of all attempts")

    activity = models.OneToOneField(Activity, models.PROTECT, related_name="grade_item")
    grading_method = models.CharField(
        _("which attempt counts"), max_length=10, choices=GradingMethod.choices, default=GradingMethod.HIGHEST
    )
    pass_mark = models.PositiveSmallIntegerField(_("pass mark (percent)"), default=60)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2, default=1)

    class Meta:
        verbose_name = _("grade item")
        verbose_name_plural = _("grade items")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(grading_method__in=["highest", "last", "average"]),
                name="courses_gradeitem_grading_method_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(pass_mark__lte=100),
                name="courses_gradeitem_pass_mark_at_most_100",
                violation_error_message=constraints.ABOVE_100,
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=0),
                name="courses_gradeitem_weight_not_negative",
                violation_error_message=constraints.NEGATIVE,
            ),
        ]

    def __str__(self) -> str:
        return str(self.activity)


class GradeChange(AppendOnlyModel, InCourse):
    """One entry of the grade ledger: from `at` on, `source` (an attempt's uuid) is worth `points` of `max_points`.

    `source_number` is the attempt's number. `revision` is the number of the attempt's grading. A unique constraint on source
    and revision prevents the same grading from being recorded twice.
    """

    course_path: ClassVar[str] = "enrolment__course"

    class Reason(models.TextChoices):
        GRADED = "graded", _("graded")
        REGRADED = "regraded", _("regraded")

    item = models.ForeignKey(GradeItem, models.PROTECT, related_name="changes", verbose_name=_("grade item"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="grade_changes", verbose_name=_("student"))
    source = models.UUIDField(_("source"))
    source_number = models.PositiveSmallIntegerField(_("attempt"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2)
    max_points = models.DecimalField(_("out of"), max_digits=8, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("grade change")
        verbose_name_plural = _("grade changes")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "revision"], name="courses_gradechange_once_per_revision"),
            models.CheckConstraint(
                condition=Q(points__gte=0),
                name="courses_gradechange_points_not_negative",
                violation_error_message=constraints.NEGATIVE,
            ),
            models.CheckConstraint(
                condition=Q(points__lte=models.F("max_points")),
                name="courses_gradechange_points_at_most_max",
                violation_error_message=_("There are more points than can be reached."),
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["graded", "regraded"]),
                name="courses_gradechange_reason_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.item}: {self.points}/{self.max_points}"
