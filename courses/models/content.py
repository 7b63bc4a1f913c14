"""Define the content of a course: lessons, their editions, glossary terms and files."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from common import constraints
from courses.models.activities import Activity
from courses.models.courses import Course
from courses.models.in_course import InCourse


class Lesson(InCourse):
    """The lesson of an activity. Its texts are `LessonEdition`s, one for each language."""

    course_path: ClassVar[str] = "activity__course"

    class Kind(models.TextChoices):
        READING = "reading", _("reading")
        PRACTICE = "practice", _("practice")

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="lesson", verbose_name=_("activity"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.READING)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=["reading", "practice"]),
                name="courses_lesson_kind_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return str(self.activity)


class LessonEdition(InCourse):
    """A lesson's text in one language. `courses.lessons.rendering` renders `body` to `html` before the row is saved.

    `objectives` is a list of {"text", "covered_by"}; `rubric` is a list of {"key", "points", "title", "description"}.
    The title is stored on the activity.
    """

    course_path: ClassVar[str] = "lesson__activity__course"

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="editions", verbose_name=_("lesson"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    minutes = models.PositiveSmallIntegerField(_("reading minutes"), default=5)
    objectives = models.JSONField(_("objectives"), default=list, blank=True)
    rubric = models.JSONField(_("rubric"), default=list, blank=True)
    body = models.TextField(_("text (Markdown)"))
    html = models.TextField(editable=False)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering: ClassVar[list[str]] = ["language"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["lesson", "language"], name="courses_lessonedition_one_per_language"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values),
                name="courses_lessonedition_language_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} ({self.language})"


class GlossaryTerm(InCourse):
    """One term of a course's glossary in every language, with the activity that teaches it."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="terms", verbose_name=_("course"))
    key = models.SlugField(_("key"), max_length=100)
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, blank=True, related_name="terms", verbose_name=_("taught in")
    )
    term = models.CharField(_("term"), max_length=100)
    definition = models.TextField(_("definition"))
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        ordering: ClassVar[list[str]] = ["key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "key"], name="courses_glossaryterm_key_unique_in_course"),
        ]

    def __str__(self) -> str:
        return str(self.term)

    @property
    def lesson(self) -> Activity | None:
        """The lesson that teaches the term; None if there is none, or if students no longer see it."""
        activity = self.activity
        return activity if activity and activity.kind == Activity.Kind.LESSON and not activity.archived_at else None


class CourseAsset(InCourse):
    """A file of a course (a figure or data). Its content is in the database, so that an import is one transaction."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="assets", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=120)
    content = models.BinaryField()
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("course file")
        verbose_name_plural = _("course files")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "name"], name="courses_courseasset_name_unique_in_course"),
        ]

    def __str__(self) -> str:
        return self.name
