"""Store who is grading which answer, and the comments that graders use again."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import languages
from courses.models import Course, InCourse
from quizzes.attempts.models import Attempt


class AnswerLease(InCourse):
    """One answer that a person is grading, until `until`. After that, or if somebody takes it over, another person may."""

    course_path: ClassVar[str] = "attempt__enrolment__course"

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="leases", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    grader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    until = models.DateTimeField(_("lease until"))

    class Meta:
        verbose_name = _("answer that is being graded")
        verbose_name_plural = _("answers that are being graded")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["until"], name="review_answerlease_until")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "question"], name="review_answerlease_one_grader")
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.question}"


class CommentQuerySet(models.QuerySet["SavedComment"]):
    def usable_by(self, user: User) -> Self:
        """The person's own comments, and those that are shared with everybody who grades in the course."""
        return self.filter(Q(owner=user) | Q(is_shared=True))


class SavedComment(InCourse):
    """A comment to students that a grader uses again. `text` is {language: text}; the student's language is inserted."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="saved_comments", verbose_name=_("course"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    is_shared = models.BooleanField(_("for everybody who grades in the course"), default=False)
    text = models.JSONField(_("text"))
    created_at = models.DateTimeField(_("made"))

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved comment")
        verbose_name_plural = _("saved comments")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return languages.choose(self.text)
