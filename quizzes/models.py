"""Columns, constraints and query words of quizzes.

Two halves that never mix: what instructors edit (`Question`, `Choice`, `AcceptedAnswer`) and what students meet, a frozen
`QuizVersion` without answers. The key of a version stands in `AnswerKey`, which no student-facing query reads before
the answers may be shown.
"""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Activity, AppendOnlyModel, Enrolment, GradeItem


class Quiz(models.Model):
    """The questions attached to one activity, and the rules for attempting them.

    On a quiz activity it is graded; on a lesson it is the lesson's ungraded check.
    """

    class ShowAnswers(models.TextChoices):
        AFTER_EACH = "after_each", _("after each attempt")
        AFTER_PASS = "after_pass", _("when passed and no further attempt is wanted or left")
        NEVER = "never", _("never")

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="quiz", verbose_name=_("activity"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    intro = models.TextField(_("introduction (Markdown)"), blank=True)
    # {language: HTML}, rendered when the quiz is published.
    intro_html = models.JSONField(default=dict, editable=False)
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts allowed"), null=True, blank=True, default=3, help_text=_("Empty: any number.")
    )
    counts = models.CharField(
        _("which attempt counts"), max_length=10, choices=GradeItem.Counts.choices, default=GradeItem.Counts.HIGHEST
    )
    pass_mark = models.PositiveSmallIntegerField(_("pass mark (percent)"), default=60)
    show_answers = models.CharField(
        _("answers are shown"), max_length=12, choices=ShowAnswers.choices, default=ShowAnswers.AFTER_PASS
    )
    shuffle_choices = models.BooleanField(_("shuffle choices"), default=True)
    current_version = models.ForeignKey(
        "QuizVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(show_answers__in=["after_each", "after_pass", "never"]), name="quizzes_quiz_show_known"
            ),
            models.CheckConstraint(condition=Q(counts__in=["highest", "last"]), name="quizzes_quiz_counts_known"),
            models.CheckConstraint(condition=Q(pass_mark__lte=100), name="quizzes_quiz_pass_mark_at_most_100"),
            models.CheckConstraint(
                condition=Q(attempts_allowed=None) | Q(attempts_allowed__gte=1), name="quizzes_quiz_attempts_positive"
            ),
        ]

    def __str__(self) -> str:
        return str(self.activity)

    @property
    def is_graded(self) -> bool:
        """Whether attempts enter the gradebook; a lesson's check is practice only."""
        return self.activity.kind == Activity.Kind.QUIZ


class Question(models.Model):
    """One question as its author edits it. Students never meet this row: publishing copies it into a version."""

    class Kind(models.TextChoices):
        SINGLE_CHOICE = "single_choice", _("single choice")
        MULTIPLE_CHOICE = "multiple_choice", _("multiple choice")
        SHORT_ANSWER = "short_answer", _("short answer")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="questions", verbose_name=_("quiz"))
    key = models.SlugField(_("key"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.SINGLE_CHOICE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2, default=1)
    text = models.TextField(_("question (Markdown)"))
    lesson = models.CharField(
        _("explained in"), max_length=200, blank=True, help_text=_("A lesson's short name, with #heading if wanted.")
    )
    correct_feedback = models.TextField(_("feedback for a right answer"), blank=True)
    incorrect_feedback = models.TextField(_("feedback for a wrong answer"), blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "key"], name="quizzes_question_key_unique_in_quiz"),
            models.CheckConstraint(
                condition=Q(kind__in=["single_choice", "multiple_choice", "short_answer"]),
                name="quizzes_question_kind_known",
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="quizzes_question_points_positive"),
        ]

    def __str__(self) -> str:
        return str(self.text)[:80]


class Choice(models.Model):
    """One choice of a choice question, as its author edits it. `uuid` is its name in versions and answers."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="choices", verbose_name=_("question"))
    key = models.SlugField(_("key"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_correct = models.BooleanField(_("correct"), default=False)
    text = models.TextField(_("choice"))
    feedback = models.TextField(_("feedback"), blank=True)
    lesson = models.CharField(_("explained in"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["question", "key"], name="quizzes_choice_key_unique_in_question"),
        ]

    def __str__(self) -> str:
        return str(self.text)[:80]


class AcceptedAnswer(models.Model):
    """A text that a short answer is compared with: accepted, or (`is_correct` false) a known wrong answer.

    Known wrong answers with the same feedback belong together.
    """

    question = models.ForeignKey(Question, models.CASCADE, related_name="answers", verbose_name=_("question"))
    text = models.CharField(_("text"), max_length=200)
    is_correct = models.BooleanField(_("correct"), default=True)
    feedback = models.TextField(_("feedback"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("short answer to compare with")
        verbose_name_plural = _("short answers to compare with")
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.text


class QuizVersion(AppendOnlyModel):
    """What students meet: the questions of a quiz as they stood when it was published, without a word of the key.

    `content` is {"questions": [public view of each question, see `quizzes.questions`]}. Attempts freeze one version.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="versions", verbose_name=_("quiz"))
    number = models.PositiveIntegerField(_("version"))
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    max_points = models.DecimalField(max_digits=8, decimal_places=2)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("quiz version")
        verbose_name_plural = _("quiz versions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "number"], name="quizzes_quizversion_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} v{self.number}"


class AnswerKey(AppendOnlyModel):
    """The key of one version: {question uuid: full spec with answers and feedback}. Graders read it, students never."""

    version = models.OneToOneField(QuizVersion, models.CASCADE, related_name="answer_key")
    content = models.JSONField()

    def __str__(self) -> str:
        # Not a word of the key, wherever this may be printed.
        return f"{self.version}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def for_student(self, user: User) -> Self:
        """The person's own attempts, in courses that they may still see."""
        return self.filter(
            enrolment__user=user,
            enrolment__status=Enrolment.Status.ACTIVE,
            quiz__activity__course__is_published=True,
        )

    def waiting(self) -> Self:
        """Submitted and not graded yet, whoever is at it."""
        return self.filter(status__in=[Attempt.Status.SUBMITTED, Attempt.Status.GRADING])

    def claimable(self, *, now: datetime) -> Self:
        """What a grader may take: submitted, or taken by a grader whose lease ran out."""
        return self.filter(Q(status=Attempt.Status.SUBMITTED) | Q(status=Attempt.Status.GRADING, lease_until__lte=now))


class Attempt(models.Model):
    """One person's one go at a quiz, on the version it started with. The row is the grading queue's entry.

    in_progress → submitted → grading (held by a lease) → graded or needs_review. `tries` is the lease's token: a
    grader may finish only while it still reads the number it wrote. Five tries without a grade: needs_attention.
    """

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("in progress")
        SUBMITTED = "submitted", _("submitted")
        GRADING = "grading", _("being graded")
        GRADED = "graded", _("graded")
        NEEDS_REVIEW = "needs_review", _("waiting for the instructor")
        NEEDS_ATTENTION = "needs_attention", _("could not be graded")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts", verbose_name=_("quiz"))
    version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="attempts", verbose_name=_("version"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="attempts", verbose_name=_("student"))
    number = models.PositiveSmallIntegerField(_("attempt"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.IN_PROGRESS)
    started_at = models.DateTimeField(_("started"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    graded_at = models.DateTimeField(_("graded"), null=True, blank=True)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2, null=True, blank=True)
    max_points = models.DecimalField(_("out of"), max_digits=8, decimal_places=2)
    # The student has seen the key of this quiz by way of this attempt; no further one may start.
    answers_revealed_at = models.DateTimeField(_("answers seen"), null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["status", "submitted_at"],
                name="quizzes_attempt_waiting",
                condition=Q(status__in=["submitted", "grading", "needs_attention"]),
            ),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "enrolment", "number"], name="quizzes_attempt_number_unique"),
            models.UniqueConstraint(
                fields=["quiz", "enrolment"],
                condition=Q(status="in_progress"),
                name="quizzes_attempt_one_open",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["in_progress", "submitted", "grading", "graded", "needs_review", "needs_attention"]
                ),
                name="quizzes_attempt_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="in_progress", submitted_at=None)
                | (~Q(status="in_progress") & Q(submitted_at__isnull=False)),
                name="quizzes_attempt_submitted_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} #{self.number} · {self.enrolment.user}"

    @property
    def percent(self) -> int | None:
        """Points as a whole percentage of the maximum, rounded down (99.9 % is not full marks); None ungraded."""
        if self.points is None:
            return None
        return int(self.points * 100 / self.max_points) if self.max_points else 0


class Answer(models.Model):
    """The latest answer to one question of an attempt. `sequence` is the client's count: an older one never wins."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    response = models.JSONField(_("answer"))
    sequence = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "question"], name="quizzes_answer_once_per_question"),
        ]

    def __str__(self) -> str:
        return str(self.question)


class AttemptGrade(AppendOnlyModel):
    """One grading of one attempt. `details` is {question uuid: score of `quizzes.questions`}.

    A second grading of the same revision violates the constraint: that is what makes "graded twice" impossible.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="grades", verbose_name=_("attempt"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2)
    max_points = models.DecimalField(_("out of"), max_digits=8, decimal_places=2)
    details = models.JSONField(_("details"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("grading")
        verbose_name_plural = _("gradings")
        ordering: ClassVar[list[str]] = ["revision"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt", "revision"], name="quizzes_attemptgrade_once_per_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} r{self.revision}: {self.points}/{self.max_points}"
