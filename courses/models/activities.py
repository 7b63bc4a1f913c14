"""Define activities, the entries of a course's outline."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints
from courses.models.courses import Course, Module, Titled
from courses.models.enrolment_status import EnrolmentStatus
from courses.models.in_course import InCourse


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible(self) -> Self:
        """Return activities that are not archived, in the order of the outline."""
        return self.filter(archived_at=None).order_by("module__position", "module_id", "position", "id")

    def for_student(self, user: User) -> Self:
        """Return activities that are not archived, in published courses in which `user` has an active enrolment."""
        return self.filter(
            archived_at=None,
            course__is_published=True,
            course__enrolments__user=user,
            course__enrolments__status=EnrolmentStatus.ACTIVE,
        )


class Activity(Titled, InCourse):
    """One entry of the outline: a lesson or a quiz that a student can complete.

    `version` increases with each change of its content; a completion stores the version that was completed. An activity
    with attempts or progress cannot be deleted, only archived.
    """

    class Kind(models.TextChoices):
        LESSON = "lesson", _("lesson")
        QUIZ = "quiz", _("quiz")

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="activities", verbose_name=_("course"))
    module = models.ForeignKey(Module, models.CASCADE, related_name="activities", verbose_name=_("module"))
    slug = models.SlugField(_("short name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    code = models.CharField(_("number"), max_length=10, blank=True)
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_required = models.BooleanField(_("counts towards progress"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering: ClassVar[list[str]] = ["module__position", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "slug"], name="courses_activity_slug_unique_in_course"),
            models.CheckConstraint(
                condition=Q(kind__in=["lesson", "quiz"]),
                name="courses_activity_kind_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    def get_absolute_url(self) -> str:
        # The page of a quiz is in the quizzes app; `lms.urls` includes its addresses.
        name = "courses:lesson-detail" if self.kind == self.Kind.LESSON else "quizzes:quiz-detail"
        return reverse(name, args=[self.course.slug, self.slug])
