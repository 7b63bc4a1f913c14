"""Define grade items, the columns of the gradebook, and the append-only ledger of grade changes."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints
from courses.models.activities import Activity
from courses.models.append_only import AppendOnlyModel
from courses.models.courses import Course
from courses.models.enrolments import Enrolment
from courses.models.in_course import InCourse


class GradeCategory(InCourse):
    """A group of grade items, such as all quizzes: together they count `weight` in the course grade.

    The lowest `drop_lowest` grades of each student in it do not count; one always does.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="grade_categories", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=100)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2, default=1)
    drop_lowest = models.PositiveSmallIntegerField(_("lowest grades that do not count"), default=0)

    class Meta:
        verbose_name = _("grade category")
        verbose_name_plural = _("grade categories")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "name"], name="courses_gradecategory_once_per_name"),
            models.CheckConstraint(
                condition=Q(weight__gte=0),
                name="courses_gradecategory_weight_not_negative",
                violation_error_message=constraints.NEGATIVE,
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
    # In its category; without one, in the course grade.
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2, default=1)
    category = models.ForeignKey(
        GradeCategory, models.SET_NULL, null=True, blank=True, related_name="items", verbose_name=_("category")
    )
    # While it is held back, no student sees a grade of it. `release_at` is when that ends by itself; None: by a person.
    is_held = models.BooleanField(_("held back"), default=False, db_default=False)
    release_at = models.DateTimeField(_("released at"), null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(is_held=True) | Q(release_at=None),
                name="courses_gradeitem_only_held_is_released",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return str(self.activity)


class GradeChangeQuerySet(models.QuerySet["GradeChange"]):
    def released(self) -> Self:
        """Entries that students may know of: those of items that are not held back."""
        return self.filter(item__is_held=False)


# `GradeChange.source_number` of an entry that a person made. Attempts are counted from 1.
BY_HAND = 0


class GradeChange(AppendOnlyModel, InCourse):
    """One entry of the grade ledger: from `at` on, `source` (an attempt's uuid) is worth `points` of `max_points`.

    `source_number` is the attempt's number. `revision` is the number of the attempt's grading. A unique constraint on source
    and revision prevents the same grading from being recorded twice.

    A person may set the grade of an item, whatever the attempts are worth: `source_number` is then BY_HAND, `source` belongs to
    the student and the item, and `note` says why. With `max_points` 0 such an entry takes the grade back.
    """

    course_path: ClassVar[str] = "enrolment__course"

    class Reason(models.TextChoices):
        GRADED = "graded", _("graded")
        REGRADED = "regraded", _("regraded")
        SET = "set", _("set by hand")
        TAKEN_BACK = "taken_back", _("taken back")

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
    # Why a person set the grade, for the student.
    note = models.TextField(_("reason, for the student"), blank=True, db_default="")

    objects = GradeChangeQuerySet.as_manager()

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
                condition=Q(reason__in=["graded", "regraded", "set", "taken_back"]),
                name="courses_gradechange_reason_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(source_number__gt=0, reason__in=["graded", "regraded"])
                | Q(source_number=0, reason="set", max_points__gt=0)
                | Q(source_number=0, reason="taken_back", max_points=0),
                name="courses_gradechange_by_hand_or_of_an_attempt",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.item}: {self.points}/{self.max_points}"
