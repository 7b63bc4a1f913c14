"""Define enrolments of students in courses, and the cohorts that group them."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints
from courses.models.activities import Activity
from courses.models.courses import Course
from courses.models.enrolment_status import EnrolmentStatus
from courses.models.in_course import InCourse


class Cohort(InCourse):
    """A group of students of a course who share the same dates."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="cohorts", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=100)
    # From when to when the group learns together. For people to read: no rule depends on them, those of quizzes are `QuizDates`.
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering: ClassVar[list[str]] = ["name__by_code_point"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "name"], name="courses_cohort_name_unique_in_course"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="courses_cohort_ends_after_it_starts",
                violation_error_message=_("The last day must not be before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> Self:
        """Return active enrolments in published courses."""
        return self.filter(status=Enrolment.Status.ACTIVE, course__is_published=True)

    def for_student(self, user: User) -> Self:
        """Return active enrolments of `user` in published courses."""
        return self.active().filter(user=user)


class Enrolment(InCourse):
    """One person's enrolment in one course. Withdrawing keeps the row and all attempts, grades and progress.

    `progress_percent` is a whole number from 0 to 100; `courses.progress` computes it. `last_activity` is the activity that
    the student visited last.
    """

    Status = EnrolmentStatus

    class Source(models.TextChoices):
        OPEN = "open", _("enrolled by themselves")
        CODE = "code", _("with the code")
        ROSTER = "roster", _("by the roster")

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrolments", verbose_name=_("student")
    )
    course = models.ForeignKey(Course, models.CASCADE, related_name="enrolments", verbose_name=_("course"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    source = models.CharField(_("how"), max_length=10, choices=Source.choices, default=Source.ROSTER)
    cohort = models.ForeignKey(
        Cohort, models.SET_NULL, null=True, blank=True, related_name="enrolments", verbose_name=_("cohort")
    )
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    last_activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    progress_percent = models.PositiveSmallIntegerField(_("progress"), default=0, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "course"], name="courses_enrolment_once_per_course"),
            models.CheckConstraint(
                condition=Q(status__in=["active", "withdrawn"]),
                name="courses_enrolment_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(source__in=["open", "code", "roster"]),
                name="courses_enrolment_source_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(progress_percent__lte=100),
                name="courses_enrolment_progress_at_most_100",
                violation_error_message=constraints.ABOVE_100,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"
