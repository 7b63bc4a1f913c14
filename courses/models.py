"""Columns, constraints and query words of courses: what is taught, to whom, and what became of it.

Courses knows nothing of quizzes. An `Activity` is one entry of the outline; a lesson is one, a quiz attaches to one.
"""

import uuid
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Language, User
from common import languages


class Titled(models.Model):
    """Something with a title in each language."""

    class Meta:
        abstract = True

    @property
    def foreign_language(self) -> str:
        """The language the title is written in where that is not the reader's, for a `lang` attribute; else ""."""
        language = languages.active()
        if getattr(self, f"title_{language}"):
            return ""
        return next((code for code in Language.values if getattr(self, f"title_{code}")), "")


class CourseQuerySet(models.QuerySet["Course"]):
    def for_student(self, user: User) -> Self:
        """Published courses in which `user` holds an active enrolment."""
        return self.filter(is_published=True, enrolments__user=user, enrolments__status=Enrolment.Status.ACTIVE)

    def for_instructor(self, user: User | AnonymousUser) -> Self:
        """The courses that `user` teaches; an administrator teaches all of them."""
        if not user.is_staff:
            return self.none()
        return self.all() if user.is_superuser else self.filter(instructors=user)


class Course(Titled):
    """One course that students enrol in. `slug` names it in addresses and in its folder."""

    class EnrolmentMode(models.TextChoices):
        OPEN = "open", _("open to everybody")
        CODE = "code", _("with an enrolment code")
        ROSTER = "roster", _("by the roster only")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("short name"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    languages = models.JSONField(_("languages"), default=list, help_text=_("The first one is the original."))
    enrolment_mode = models.CharField(
        _("enrolment"), max_length=10, choices=EnrolmentMode.choices, default=EnrolmentMode.ROSTER
    )
    enrolment_code = models.CharField(_("enrolment code"), max_length=50, blank=True)
    is_published = models.BooleanField(_("published"), default=True)
    instructors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("instructors"), related_name="taught_courses", blank=True
    )
    # What the last import wrote, so that the next one can tell an instructor's edit from the file's.
    source_digest = models.CharField(max_length=64, blank=True, editable=False)
    # Another one after each change of what the course shows; see courses.outline.revisions.
    revision = models.UUIDField(default=uuid4, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering: ClassVar[list[str]] = ["slug"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(enrolment_mode__in=["open", "code", "roster"]), name="courses_course_enrolment_mode_known"
            ),
            models.CheckConstraint(
                condition=~Q(enrolment_mode="code") | ~Q(enrolment_code=""), name="courses_course_code_mode_has_code"
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("courses:course-detail", args=[self.slug])


class Module(Titled):
    """One part of a course: a heading in its outline."""

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


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible(self) -> Self:
        """What the outline shows: everything that is not archived, in the order of the outline."""
        return self.filter(archived_at=None).order_by("module__position", "module_id", "position", "id")

    def for_student(self, user: User) -> Self:
        """Activities of published courses that `user` is enrolled in."""
        return self.filter(
            archived_at=None,
            course__is_published=True,
            course__enrolments__user=user,
            course__enrolments__status=Enrolment.Status.ACTIVE,
        )


class Activity(Titled):
    """One entry of the outline: something a student can do and be done with.

    `version` counts what changed its content; a completion names the version that was completed. An activity with
    attempts or progress is archived, never deleted.
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
            models.CheckConstraint(condition=Q(kind__in=["lesson", "quiz"]), name="courses_activity_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    def get_absolute_url(self) -> str:
        # A quiz's page stands under its own app's address of the same shape; see lms.urls.
        name = "courses:lesson-detail" if self.kind == self.Kind.LESSON else "quizzes:quiz-detail"
        return reverse(name, args=[self.course.slug, self.slug])


class Lesson(models.Model):
    """What a lesson's activity shows, apart from its text: one `LessonEdition` for each language."""

    class Kind(models.TextChoices):
        READING = "reading", _("reading")
        PRACTICE = "practice", _("practice")

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="lesson", verbose_name=_("activity"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.READING)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=["reading", "practice"]), name="courses_lesson_kind_known"),
        ]

    def __str__(self) -> str:
        return str(self.activity)


class LessonEdition(models.Model):
    """A lesson's text in one language. `html` is rendered when `body` is saved, never per request.

    `objectives` is a list of {"text", "covered_by"}, `rubric` one of {"key", "points", "title", "description"}. The
    title is the activity's.
    """

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
                condition=Q(language__in=Language.values), name="courses_lessonedition_language_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} ({self.language})"


class GlossaryTerm(models.Model):
    """One term of a course's glossary, in every language, with the lesson that teaches it."""

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


class CourseAsset(models.Model):
    """A file that ships with a course (figure or data), kept in the row so that an import is one transaction."""

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


class Cohort(models.Model):
    """Students of a course who go through it on the same dates."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="cohorts", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "name"], name="courses_cohort_name_unique_in_course"),
        ]

    def __str__(self) -> str:
        return self.name


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> Self:
        return self.filter(status=Enrolment.Status.ACTIVE, course__is_published=True)

    def for_student(self, user: User) -> Self:
        return self.active().filter(user=user)


class Enrolment(models.Model):
    """One person's place in one course. Withdrawing keeps the row, and with it everything the person did.

    `progress_percent` is the fold of the enrolment's `ProgressEvent`s (see `courses.progress`), 0 to 100;
    `last_activity` is where *continue where you left off* leads.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("an enrolment", "active")
        WITHDRAWN = "withdrawn", _("withdrawn")

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
    last_activity = models.ForeignKey(Activity, models.SET_NULL, null=True, blank=True, related_name="+")
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    progress_percent = models.PositiveSmallIntegerField(_("progress"), default=0, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "course"], name="courses_enrolment_once_per_course"),
            models.CheckConstraint(
                condition=Q(status__in=["active", "withdrawn"]), name="courses_enrolment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=["open", "code", "roster"]), name="courses_enrolment_source_known"
            ),
            models.CheckConstraint(
                condition=Q(progress_percent__lte=100), name="courses_enrolment_progress_at_most_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"


class AppendOnlyError(TypeError):
    """Raised when code tries to change or delete a row of a ledger."""


class AppendOnlyModel(models.Model):
    """A ledger: rows are added and never change. The tables' readers fold them."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} is a ledger: add a row instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} is a ledger: add a row instead.")


class ProgressEvent(AppendOnlyModel):
    """Somebody was done with an activity, or took that back. Append-only; `courses.progress` folds it.

    `content_version` is the activity's version that was completed. `percent` is the enrolment's progress after this
    event, as it was shown that day.
    """

    class Kind(models.TextChoices):
        DONE = "done", _("done")
        UNDONE = "undone", _("taken back")

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="events")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    content_version = models.PositiveIntegerField()
    percent = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("progress event")
        verbose_name_plural = _("progress events")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=["done", "undone"]), name="courses_progressevent_kind_known"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="courses_progressevent_percent_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.kind} ({self.percent}%)"


class ActivityCompletion(models.Model):
    """The standing fold of `ProgressEvent`: this enrolment is done with this activity. Removed when taken back."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="completions")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="completions")
    content_version = models.PositiveIntegerField()
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrolment", "activity"], name="courses_activitycompletion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.activity}"


class GradeItem(models.Model):
    """A column of the gradebook: what one graded activity contributes to the course's grade."""

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
            ),
            models.CheckConstraint(condition=Q(pass_mark__lte=100), name="courses_gradeitem_pass_mark_at_most_100"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="courses_gradeitem_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.activity)


class GradeChange(AppendOnlyModel):
    """One entry of the grade ledger: `source` (an attempt's uuid) was worth `points` of `max_points` from `at` on.

    `revision` counts the gradings of one source, so that grading twice is a violated constraint, not a second grade.
    """

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
            models.CheckConstraint(condition=Q(points__gte=0), name="courses_gradechange_points_not_negative"),
            models.CheckConstraint(
                condition=Q(points__lte=models.F("max_points")), name="courses_gradechange_points_at_most_max"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["graded", "regraded"]), name="courses_gradechange_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.item}: {self.points}/{self.max_points}"


class SummaryDelivery(models.Model):
    """One weekly summary to one person: the unique row is the claim, so that none goes twice.

    queued → sending (committed before SMTP) → sent. A row stuck in `sending` becomes `uncertain`: shown to a person,
    never sent again by itself. `failed`: it was refused, given up after many send attempts, or its time had passed; `error` says
    which. `skipped`: there was nothing to say.
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

    uuid = models.UUIDField("UUID", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="summary_deliveries", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.WEEKLY)
    iso_year = models.PositiveSmallIntegerField(_("year"))
    iso_week = models.PositiveSmallIntegerField(_("week"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    due_at = models.DateTimeField(_("due"))
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
                condition=Q(status__in=["queued", "sending", "sent", "skipped", "uncertain", "failed"]),
                name="courses_summarydelivery_status_known",
            ),
            models.CheckConstraint(condition=Q(kind__in=["weekly"]), name="courses_summarydelivery_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.iso_year}-W{self.iso_week:02d}"
