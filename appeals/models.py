"""Store what students say against the grading of an answer, and what staff decided on it."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints
from courses.models import Enrolment, InCourse
from courses.roles import rules
from courses.roles.rules import Permission
from quizzes.attempts.models import Attempt


class AppealQuerySet(models.QuerySet["Appeal"]):
    def waiting_for(self, user: User) -> Self:
        """Return those that wait for this person: of the courses in which the person may grade, where the student still is."""
        active = Q(status=Appeal.Status.WAITING, attempt__enrolment__status=Enrolment.Status.ACTIVE)
        return self.filter(active, rules.may(user, Permission.GRADE, Appeal.course_path))


class Appeal(InCourse):
    """A student's "my answer is right" about one question of a graded attempt; at most one for each question and attempt.

    waiting → accepted (the answer has full points), answered (the grade stays, and `answer` says why) or withdrawn. One that was
    withdrawn can wait again.
    """

    course_path: ClassVar[str] = "attempt__enrolment__course"

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits")
        ACCEPTED = "accepted", _("accepted")
        ANSWERED = "answered", _("answered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="appeals", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    text = models.TextField(_("what the student says"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(_("made"))
    answer = models.TextField(_("answer"), blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at"], name="appeals_waiting", condition=Q(status="waiting"))
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "question"], name="appeals_appeal_once_per_question"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "accepted", "answered", "withdrawn"]),
                name="appeals_appeal_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.question}"

    def hide_decision(self) -> Self:
        """Forget what staff decided, in this object only: while grades are held back it would tell what the answer is worth."""
        if self.status in (self.Status.ACCEPTED, self.Status.ANSWERED):
            self.status, self.answer, self.decided_at = self.Status.WAITING, "", None
        return self
