"""Store uploaded files of questions until they are imported."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints, languages
from common.queue.claims import JobQuerySet
from courses.models import Course
from quizzes.authoring.models import Quiz


class QuestionImportQuerySet(JobQuerySet["QuestionImport"]):
    working: ClassVar[list[str]] = ["waiting", "confirmed"]
    task: ClassVar[str] = "exchange.tasks.run_import"

    def into(self, course: Course, slug: str) -> Self:
        """Those into the quiz of this activity."""
        return self.filter(Q(course=course, slug=slug) | Q(quiz__activity__course=course, quiz__activity__slug=slug))


class QuestionImport(models.Model):
    """One uploaded file for one quiz or check.

    waiting (to be read) → planned (a person looks at the plan) → confirmed (to be imported) → imported. It ends as refused if
    the file cannot be used, or cancelled. Reading and importing are work of the worker, or of the request if the file is small.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("being read")
        PLANNED = "planned", _("waits for your confirmation")
        CONFIRMED = "confirmed", _("being imported")
        IMPORTED = "imported", _("imported")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The activity whose quiz or check gets the questions. It may be in the draft only; then there is no row of the quiz.
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="question_imports")
    slug = models.CharField(max_length=100, blank=True, db_default="", default="")
    # What an older release stored instead.
    quiz = models.ForeignKey(Quiz, models.CASCADE, null=True, related_name="question_imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    # The language of the file, its format (empty: by its content), and the language in which the plan is written.
    language = models.CharField(max_length=10)
    format = models.CharField(max_length=10, blank=True)
    # The category of the file whose questions are imported. Empty: all.
    category = models.CharField(max_length=250, blank=True, default="", db_default="")
    reader_language = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    # The uploaded file until its questions are imported. The table has one column more, `parsed`, which the previous release
    # reads. This one no longer names it, so that the next one can drop it: see migration 0005.
    content = models.BinaryField()
    # What the page shows (`jobs.describe`), and why it is refused or has to be confirmed again.
    plan = models.JSONField(null=True)
    error = models.TextField(blank=True)
    # Questions that have been compared with the quiz, and all of them.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # When it was last given to the worker; the claim of a worker and its number, which is the token of the claim.
    queued_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)

    objects = QuestionImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "planned", "confirmed", "imported", "refused", "cancelled"]),
                name="exchange_questionimport_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place[1]} · {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def reason(self) -> str:
        """Return why it was refused or went wrong, in the reader's language."""
        return languages.read_stored(self.error)

    @property
    def place(self) -> tuple[Course, str]:
        """The course, and the slug of the activity."""
        if self.course is not None:
            return self.course, self.slug
        if self.quiz is None:
            raise ValueError("An import belongs to an activity.")
        return self.quiz.activity.course, self.quiz.activity.slug

    @property
    def is_working(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.status in (self.Status.WAITING, self.Status.CONFIRMED)
