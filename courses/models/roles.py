"""Define who teaches, helps and watches in a course."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.courses import Course
from courses.models.in_course import InCourse


class CourseRole(InCourse):
    """One person's role in one course. `courses.roles.rules` says what each role may do.

    Only accounts of staff get one. A role of an account that no longer belongs to the staff stays, and permits nothing.
    """

    class Role(models.TextChoices):
        INSTRUCTOR = "instructor", _("instructor")
        ASSISTANT = "assistant", _("assistant")
        OBSERVER = "observer", _("observer")

    course = models.ForeignKey(Course, models.CASCADE, related_name="roles", verbose_name=_("course"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="course_roles", verbose_name=_("person")
    )
    # The release before roles knows instructors only and inserts rows without a role. Code that forgets the role gets the
    # one that permits least.
    role = models.CharField(
        _("role"), max_length=10, choices=Role.choices, default=Role.OBSERVER, db_default=Role.INSTRUCTOR
    )

    class Meta:
        verbose_name = _("role in a course")
        verbose_name_plural = _("roles in courses")
        # The table of the many-to-many field that this model replaces: the running release still reads and writes it.
        db_table = "courses_course_instructors"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["course", "user"],
                name="courses_courserole_once_a_person",
                violation_error_message=_("This person has a role in the course already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["instructor", "assistant", "observer"]),
                name="courses_courserole_role_known",
                violation_error_message=_("There is no such role."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
