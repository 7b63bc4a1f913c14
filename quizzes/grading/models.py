"""Store gradings, reviews, regrades and notices of changed grades."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from common import constraints
from courses.models import AppendOnlyModel, InCourse
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import QuizVersion


class AttemptGrade(AppendOnlyModel):
    """One grading of one attempt. `details` is {question uuid: score of `questions`}.

    The constraint on attempt and revision makes it impossible to store the same grading twice.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="grades", verbose_name=_("attempt"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2)
    max_points = models.DecimalField(_("out of"), max_digits=8, decimal_places=2)
    details = models.JSONField(_("details"))
    # Percent deducted for lateness; `points` are after the deduction.
    late_deduction = models.PositiveSmallIntegerField(_("deduction (percent)"), default=0)
    # The last review that this grading includes. Later reviews belong to a later revision.
    last_review = models.ForeignKey("Review", models.RESTRICT, null=True, blank=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("grading")
        verbose_name_plural = _("gradings")
        ordering: ClassVar[list[str]] = ["revision"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "revision"], name="quizzes_attemptgrade_once_per_revision")
        ]

    def __str__(self) -> str:
        return f"{self.attempt} r{self.revision}: {self.points}/{self.max_points}"

    @property
    def why(self) -> str:
        """The reason: translated if it is one of the site's own, else as a person wrote it."""
        return _now(self.reason) if self.reason else ""


class Review(AppendOnlyModel):
    """A person's decision on one question of one attempt. The last review of a question counts.

    `points` are the points of the answer; `criteria` is {criterion uuid: points} of a rubric. One that `is_withdrawn` takes back
    those before it: the answer counts as nobody had decided.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="reviews", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    criteria = models.JSONField(_("rubric"), default=dict)
    comment = models.TextField(_("comment for the student"), blank=True)
    is_withdrawn = models.BooleanField(_("taken back"), default=False, db_default=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(points__gte=0),
                name="quizzes_review_points_not_negative",
                violation_error_message=constraints.NEGATIVE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.question}"


class Regrade(InCourse):
    """A regrade of all graded attempts by the answer key of `version`, which a person approves first.

    draft (the lines contain the dry run) → approved (the lines are being applied) → done. A draft that is replaced by a
    new one is discarded.
    """

    course_path: ClassVar[str] = "quiz__activity__course"

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft: nothing has changed yet")
        APPROVED = "approved", _("approved")
        DONE = "done", _("done")
        DISCARDED = "discarded", _("discarded")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="regrades", verbose_name=_("quiz"))
    version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    reason = models.TextField(_("reason, for the students"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("made"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "approved", "done", "discarded"]),
                name="quizzes_regrade_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.UniqueConstraint(
                fields=["quiz"],
                condition=Q(status__in=["draft", "approved"]),
                name="quizzes_regrade_one_at_a_time",
                violation_error_message=_("A regrade of this quiz is in progress already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} → v{self.version.number}"


class RegradeLine(models.Model):
    """What a regrade changes in one attempt: `changes` is [{"question", "old", "old_max", "new", "new_max"}].

    `old_percent` and `new_percent` are the student's item grade in whole percent. If a question waits for manual grading
    (`was_pending`, `is_pending`), the points are no grade.
    """

    class Direction(models.TextChoices):
        FALLS = "falls", _("falls")
        RISES = "rises", _("rises")
        PENDING = "pending", _("waits for a person")
        GRADED = "graded", _("is graded in full")
        SAME = "same", _("stays the same in all")

    regrade = models.ForeignKey(Regrade, models.CASCADE, related_name="lines", verbose_name=_("regrade"))
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="+", verbose_name=_("attempt"))
    # The last revision at the time of the dry run. If there is a later one, the line is not applied.
    revision = models.PositiveSmallIntegerField()
    old_points = models.DecimalField(_("points before"), max_digits=8, decimal_places=2)
    new_points = models.DecimalField(_("points after"), max_digits=8, decimal_places=2)
    old_max_points = models.DecimalField(max_digits=8, decimal_places=2)
    new_max_points = models.DecimalField(max_digits=8, decimal_places=2)
    was_pending = models.BooleanField(default=False)
    is_pending = models.BooleanField(default=False)
    changes = models.JSONField(_("changes"))
    old_percent = models.PositiveSmallIntegerField(_("percent before"), null=True)
    new_percent = models.PositiveSmallIntegerField(_("percent after"), null=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    # The attempt was graded again after the dry run, so the line no longer says what was approved.
    is_overtaken = models.BooleanField(_("overtaken"), default=False)

    class Meta:
        verbose_name = _("line of a regrade")
        verbose_name_plural = _("lines of a regrade")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["regrade", "attempt"], name="quizzes_regradeline_once_an_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.attempt}: {self.old_points} → {self.new_points}"

    @property
    def direction(self) -> Direction:
        """Compare the share of points before and after; points and maximum may both change."""
        if self.is_pending:
            return self.Direction.PENDING
        if self.was_pending:
            return self.Direction.GRADED
        # Cross-multiplied to avoid rounding and division by zero.
        old, new = self.old_points * self.new_max_points, self.new_points * self.old_max_points
        if new == old:
            return self.Direction.SAME
        return self.Direction.FALLS if new < old else self.Direction.RISES

    @property
    def percent_falls(self) -> bool:
        """Return whether the item grade falls. It can stay the same if this attempt's points fall: another attempt may count."""
        return (self.new_percent or 0) < (self.old_percent or 0)


class GradeNotice(InCourse):
    """One mail to a student about a changed grade; one row for each grading that changed it.

    `common.mail.outbox` sends it at most once. `skipped`: the account is closed, or the student has left the course.
    """

    course_path: ClassVar[str] = "attempt__enrolment__course"

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("nobody to tell")
        UNCERTAIN = "uncertain", _("uncertain: look at it")
        FAILED = "failed", _("not sent: look at it")
        BOUNCED = "bounced", _("bounced")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="notices", verbose_name=_("attempt"))
    grade = models.OneToOneField(AttemptGrade, models.CASCADE, related_name="notice", verbose_name=_("grading"))
    old_points = models.DecimalField(_("points before"), max_digits=8, decimal_places=2)
    old_max_points = models.DecimalField(max_digits=8, decimal_places=2)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    send_attempts = models.PositiveSmallIntegerField(_("send attempts"), default=0)
    created_at = models.DateTimeField(_("made"))
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    message_id = models.CharField("Message-ID", max_length=200, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("notice of a changed grade")
        verbose_name_plural = _("notices of changed grades")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "created_at"], name="quizzes_notice_status")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sending", "sent", "skipped", "uncertain", "failed", "bounced"]),
                name="quizzes_gradenotice_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt}"
