"""Define courses and their modules."""

from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from common import constraints, languages
from courses.models.enrolment_status import EnrolmentStatus
from courses.models.in_course import InCourse


class Titled(models.Model):
    """A model with a title in each language."""

    class Meta:
        abstract = True

    @property
    def foreign_language(self) -> str:
        """Return the language of the title if it is not the reader's, else "". Templates write it into the `lang` attribute."""
        language = languages.active()
        if getattr(self, f"title_{language}"):
            return ""
        return next((code for code in Language.values if getattr(self, f"title_{code}")), "")


class CourseQuerySet(models.QuerySet["Course"]):
    def for_student(self, user: User) -> Self:
        """Return published courses in which `user` has an active enrolment."""
        return self.filter(is_published=True, enrolments__user=user, enrolments__status=EnrolmentStatus.ACTIVE)

    def presented(self) -> Self:
        """Return the courses that everybody may read about, with their first lesson."""
        return self.filter(is_published=True, is_presented=True).order_by("slug")


class Course(Titled, InCourse):
    """One course that students enrol in. `slug` is part of its URLs and the name of its course folder."""

    course_path: ClassVar[str] = "pk"

    class EnrolmentMode(models.TextChoices):
        OPEN = "open", _("open to everybody")
        CODE = "code", _("with an enrolment code")
        ROSTER = "roster", _("by the roster only")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    slug = models.SlugField(_("short name"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    languages = models.JSONField(_("languages"), default=list, help_text=_("The first one is the original."))
    enrolment_mode = models.CharField(
        _("enrolment"), max_length=10, choices=EnrolmentMode.choices, default=EnrolmentMode.ROSTER
    )
    enrolment_code = models.CharField(_("enrolment code"), max_length=50, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    is_presented = models.BooleanField(
        _("on the front page"),
        default=False,
        db_default=False,
        help_text=_("Everybody can read what the course is about, and its first lesson, without an account."),
    )
    # Digest of the row as the last import wrote it. The next import uses it to detect edits by instructors.
    source_digest = models.CharField(max_length=64, blank=True, editable=False)
    # The same of its weights and grade categories: see `course_files.course.grading`.
    grading_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    # Changes whenever students would see a change of the course; see courses.outline.revisions.
    revision = models.UUIDField(default=uuid4, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(enrolment_mode__in=["open", "code", "roster"]),
                name="courses_course_enrolment_mode_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=~Q(enrolment_mode="code") | ~Q(enrolment_code=""),
                name="courses_course_code_mode_has_code",
                violation_error_message=_("Enrolment with a code needs a code."),
            ),
        ]

    @property
    def needs_code(self) -> bool:
        """Whether a student who joins the course has to know its enrolment code."""
        return self.enrolment_mode == Course.EnrolmentMode.CODE

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("courses:course-detail", args=[self.slug])


class Module(Titled, InCourse):
    """One part of a course: a heading in its outline that groups activities."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="modules", verbose_name=_("course"))
    slug = models.SlugField(_("short name"), max_length=100)
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "slug"], name="courses_module_slug_unique_in_course"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"
