"""Columns, constraints and query words of quizzes.

Two halves that never mix: what instructors edit (`Question`, `Choice`, `AcceptedAnswer`) and what students meet, a frozen
`QuizVersion` without answers. The key of a version stands in `AnswerKey`, which no student-facing query reads before
the answers may be shown.
"""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.prepared import adapted
from courses.models import Activity, AppendOnlyModel, Cohort, Enrolment, GradeItem
from quizzes.questions import KINDS


def question_kinds() -> list[tuple[str, Any]]:
    """Every kind that there is a module for; no constraint names them, so that a new one needs no migration."""
    return [(name, _(kind.label)) for name, kind in KINDS.items()]


class QuizQuerySet(models.QuerySet["Quiz"]):
    def for_student(self, user: User) -> Self:
        """What stands in the outlines of the person's courses, quizzes and lessons' checks."""
        return self.filter(
            activity__archived_at=None,
            activity__course__is_published=True,
            activity__course__enrolments__user=user,
            activity__course__enrolments__status=Enrolment.Status.ACTIVE,
        )

    def named(self, name: str) -> "Quiz":
        """The quiz, or the lesson's check, that "course/slug" means. Raises Quiz.DoesNotExist."""
        course, _slash, slug = name.partition("/")
        return self.select_related("activity__course").get(activity__course__slug=course, activity__slug=slug)


class Quiz(models.Model):
    """The questions attached to one activity, and the rules for attempting them.

    On a quiz activity it is graded; on a lesson it is the lesson's ungraded check.
    """

    class ShowAnswers(models.TextChoices):
        AT_ONCE = "at_once", _("at once: a question can be checked while answering, and is closed by it")
        AFTER_EACH = "after_each", _("after each attempt")
        AFTER_PASS = "after_pass", _("when passed and no further attempt is wanted or left")
        AFTER_DUE = "after_due", _("after the due date")
        NEVER = "never", _("never")

    class LateRule(models.TextChoices):
        ACCEPT = "accept", _("accepted, and marked as late")
        DEDUCT = "deduct", _("accepted with a deduction for each day begun")
        REFUSE = "refuse", _("not accepted: the due date closes the quiz")

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
    shuffle_questions = models.BooleanField(_("shuffle questions"), default=False)
    pools = models.JSONField(
        _("draw from pools"),
        default=dict,
        blank=True,
        help_text=_('How many questions of each pool an attempt gets, as {"pool": 3}. A question names its pool.'),
    )
    time_limit = models.PositiveSmallIntegerField(
        _("time limit (minutes)"), null=True, blank=True, help_text=_("Empty: none.")
    )
    grace = models.PositiveSmallIntegerField(
        _("grace (seconds)"),
        default=30,
        validators=[MaxValueValidator(600)],
        help_text=_("What arrives so long after the time limit still counts: for slow networks, not for answering."),
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    late_rule = models.CharField(
        _("after the due date"), max_length=10, choices=LateRule.choices, default=LateRule.ACCEPT
    )
    late_deduction = models.PositiveSmallIntegerField(
        _("deduction for each day begun (percent)"), default=10, validators=[MaxValueValidator(100)]
    )
    access_code = models.CharField(
        _("access code"), max_length=50, blank=True, help_text=_("Whoever starts must know it. Empty: none.")
    )
    current_version = models.ForeignKey(
        "QuizVersion", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    source_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = QuizQuerySet.as_manager()

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(show_answers__in=["at_once", "after_each", "after_pass", "after_due", "never"]),
                name="quizzes_quiz_show_known",
            ),
            models.CheckConstraint(
                condition=Q(counts__in=["highest", "last", "average"]), name="quizzes_quiz_counts_known"
            ),
            models.CheckConstraint(
                condition=Q(late_rule__in=["accept", "deduct", "refuse"]), name="quizzes_quiz_late_rule_known"
            ),
            models.CheckConstraint(
                condition=Q(late_deduction__lte=100), name="quizzes_quiz_late_deduction_at_most_100"
            ),
            models.CheckConstraint(
                condition=Q(time_limit=None) | Q(time_limit__gte=1), name="quizzes_quiz_time_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(opens_at=None) | Q(due_at__gt=models.F("opens_at")),
                name="quizzes_quiz_due_after_opens",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=models.F("opens_at")),
                name="quizzes_quiz_closes_after_opens",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(due_at=None) | Q(closes_at__gte=models.F("due_at")),
                name="quizzes_quiz_closes_after_due",
            ),
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

    # The names by which students meet the parts of a question are made of it; it is never shown, so that nobody can make
    # a part's name from its key, which would tell which part belongs to which.
    salt = models.UUIDField(default=uuid.uuid4, editable=False)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="questions", verbose_name=_("quiz"))
    key = models.SlugField(_("key"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=question_kinds, default="single_choice")
    pool = models.SlugField(_("pool"), max_length=50, blank=True, help_text=_("Empty: every attempt has it."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2, default=1)
    text = models.TextField(_("question (Markdown)"))
    # What its kind asks for beyond text and choices; see the kind's `schema`.
    definition = models.JSONField(_("definition"), default=dict, blank=True)
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
            models.CheckConstraint(condition=Q(points__gt=0), name="quizzes_question_points_positive"),
        ]

    def __str__(self) -> str:
        return str(self.text)[:80]

    @property
    def has_accepted_answers(self) -> bool:
        """Whether its key is a list of texts to compare with."""
        return KINDS[self.kind].rows == "answers"


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

    @property
    def question_count(self) -> int:
        """How many questions an attempt gets."""
        pools: dict[str, dict[str, Any]] = self.content.get("pools", {})
        left_out: int = sum(len(pool["questions"]) - pool["draw"] for pool in pools.values())
        every: int = len(self.content["questions"])
        return every - left_out


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

    def for_staff(self, user: User) -> Self:
        """The attempts in the courses that the person teaches; an administrator's are all."""
        return self if user.is_superuser else self.filter(enrolment__course__instructors=user)

    def for_a_person(self) -> Self:
        """With a part that only a person can grade, the longest waiting first."""
        return self.filter(status=Attempt.Status.NEEDS_REVIEW).order_by("submitted_at", "pk")

    def running_out(self, *, now: datetime) -> Self:
        """Open, and past their deadline (without grace)."""
        return self.filter(status=Attempt.Status.IN_PROGRESS, deadline__lte=now)

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
    # The questions drawn, by uuid, in their order; None: all of the version in its order.
    drawn = models.JSONField(null=True, editable=False)
    # When the server submits it by itself: the time limit or the quiz's closing, what comes first. None: never.
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    # Handed in by the server at the deadline, not by the student.
    is_expired = models.BooleanField(_("time ran out"), default=False)
    # What being late takes off the points, in percent, by the rule as it stood at the submit.
    late_deduction = models.PositiveSmallIntegerField(_("deduction (percent)"), default=0)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["deadline"], name="quizzes_attempt_running", condition=Q(status="in_progress")),
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
    def views(self) -> list[dict[str, Any]]:
        """What the student meets, in the order of this attempt: the public views of the questions it drew."""
        questions: list[dict[str, Any]] = self.version.content["questions"]
        if self.drawn is None:
            return questions
        by_uuid = {view["uuid"]: view for view in questions}
        return [by_uuid[uuid] for uuid in self.drawn]

    def view_of(self, question: UUID | str) -> dict[str, Any] | None:
        """The public view of one of its questions; None for a question of another quiz."""
        return next((view for view in self.views if view["uuid"] == str(question)), None)

    @property
    def ran_out(self) -> bool:
        """Whether it was handed in because its time was up: by the server, or by the open page at the deadline."""
        return self.deadline is not None and self.submitted_at is not None and self.submitted_at >= self.deadline

    @property
    def percent(self) -> int | None:
        """Points as a whole percentage of the maximum, rounded down (99.9 % is not full marks); None ungraded."""
        if self.points is None:
            return None
        return int(self.points * 100 / self.max_points) if self.max_points else 0


_KEEP_LATER = """
INSERT INTO quizzes_answer (attempt_id, question, response, sequence, saved_at) VALUES ROWS
ON CONFLICT (attempt_id, question) DO UPDATE
SET response = excluded.response, sequence = excluded.sequence, saved_at = excluded.saved_at
WHERE quizzes_answer.checked_at IS NULL AND quizzes_answer.sequence < excluded.sequence
RETURNING question, sequence
"""
_KEEP_LAST = """
INSERT INTO quizzes_answer (attempt_id, question, response, sequence, saved_at) VALUES ROWS
ON CONFLICT (attempt_id, question) DO UPDATE
SET response = excluded.response, sequence = quizzes_answer.sequence + 1, saved_at = excluded.saved_at
WHERE quizzes_answer.checked_at IS NULL AND quizzes_answer.response <> excluded.response
RETURNING question, sequence
"""


class AnswerQuerySet(models.QuerySet["Answer"]):
    def keep(
        self, attempt: "Attempt", responses: dict[UUID, dict[str, Any]], *, sequence: int | None, now: datetime
    ) -> dict[UUID, int]:
        """Store responses by question, in one statement; returns the sequence number of each that was stored.

        What is not returned was overtaken by a later `sequence` (None: the one that arrives last wins), is what stands
        there already, or has been checked. The ORM has no INSERT that updates on a condition.
        """
        if not responses:
            return {}
        json = self.model._meta.get_field("response").get_db_prep_value
        values: list[Any] = []
        for question, response in responses.items():
            values += [attempt.pk, adapted(question), json(response, connection), sequence or 0, adapted(now)]
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(responses))
        with connection.cursor() as cursor:
            cursor.execute((_KEEP_LAST if sequence is None else _KEEP_LATER).replace("ROWS", rows), values)
            return {UUID(str(question)): kept for question, kept in cursor.fetchall()}


class Answer(models.Model):
    """The latest answer to one question of an attempt. `sequence` is the client's count: an older one never wins."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    response = models.JSONField(_("answer"))
    sequence = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved"))
    # The student has looked at this question's feedback during the attempt; the answer is closed by that.
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)

    objects = AnswerQuerySet.as_manager()

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
    # Percent taken off for being late; `points` are what is left.
    late_deduction = models.PositiveSmallIntegerField(_("deduction (percent)"), default=0)
    # The last decision of a person that this grading has seen; what came later belongs to a later revision.
    last_review = models.ForeignKey("Review", models.PROTECT, null=True, blank=True, related_name="+")
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
            models.UniqueConstraint(fields=["attempt", "revision"], name="quizzes_attemptgrade_once_per_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} r{self.revision}: {self.points}/{self.max_points}"

    @property
    def why(self) -> str:
        """The reason in the reader's language, where it is one of the site's own; else as a person wrote it."""
        return _now(self.reason) if self.reason else ""


class QuizDates(models.Model):
    """Other dates of a quiz for one cohort. An empty one is the quiz's own."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="dates", verbose_name=_("quiz"))
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="+", verbose_name=_("cohort"))
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)

    class Meta:
        verbose_name = _("dates of a cohort")
        verbose_name_plural = _("dates of cohorts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "cohort"], name="quizzes_quizdates_once_a_cohort"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.cohort}"


class QuizException(models.Model):
    """What one student may beyond the rules of a quiz, and why. An empty date is the cohort's or the quiz's."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="exceptions", verbose_name=_("quiz"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="quiz_exceptions", verbose_name=_("student"))
    extra_minutes = models.PositiveSmallIntegerField(_("extra time (minutes)"), default=0)
    extra_attempts = models.PositiveSmallIntegerField(_("extra attempts"), default=0)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    granted_at = models.DateTimeField(_("time"), auto_now=True)

    class Meta:
        verbose_name = _("exception for a student")
        verbose_name_plural = _("exceptions for students")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "enrolment"], name="quizzes_quizexception_once_a_student"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.enrolment.user}"


class LateAnswer(models.Model):
    """An answer that came after the attempt was over: kept as evidence, worth nothing until a person accepts it."""

    class Verdict(models.TextChoices):
        OPEN = "open", _("not looked at")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="late_answers", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    response = models.JSONField(_("answer"))
    received_at = models.DateTimeField(_("received"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("late answer")
        verbose_name_plural = _("late answers")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(verdict__in=["open", "accepted", "declined"]), name="quizzes_lateanswer_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.question}"


class HandInFile(models.Model):
    """A file that a student handed in with one question of an attempt. Removing keeps the row and the file."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="files", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="hand-ins")
    uploaded_at = models.DateTimeField(_("uploaded"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("file handed in")
        verbose_name_plural = _("files handed in")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name


class Review(AppendOnlyModel):
    """What a person decided on one question of one attempt. The last one of a question counts.

    `points` is what the answer is worth; `criteria` says it for each criterion of a rubric, by uuid.
    """

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="reviews", verbose_name=_("attempt"))
    question = models.UUIDField(_("question"))
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    criteria = models.JSONField(_("rubric"), default=dict)
    comment = models.TextField(_("comment for the student"), blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(points__gte=0), name="quizzes_review_points_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.question}"


class Regrade(models.Model):
    """A change of grades that a person looks at before it happens: `version`'s key for every closed attempt.

    draft (the dry run stands in its lines) → approved (its lines are being applied) → done. A draft that was overtaken is
    discarded.
    """

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
                condition=Q(status__in=["draft", "approved", "done", "discarded"]), name="quizzes_regrade_status_known"
            ),
            models.UniqueConstraint(
                fields=["quiz"], condition=Q(status__in=["draft", "approved"]), name="quizzes_regrade_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} → v{self.version.number}"


class RegradeLine(models.Model):
    """What a regrade does to one attempt: `changes` is [{"question", "old", "old_max", "new", "new_max"}].

    `old_standing` and `new_standing` are the whole percent that the quiz stands at for the student. Points of a grading
    with a part that waits for a person are no grade: `was_pending`, `is_pending`.
    """

    class Direction(models.TextChoices):
        FALLS = "falls", _("falls")
        RISES = "rises", _("rises")
        PENDING = "pending", _("waits for a person")
        GRADED = "graded", _("is graded in full")
        SAME = "same", _("stays the same in all")

    regrade = models.ForeignKey(Regrade, models.CASCADE, related_name="lines", verbose_name=_("regrade"))
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="+", verbose_name=_("attempt"))
    # The revision that the dry run has seen; the attempt is computed anew where it has another one by then.
    revision = models.PositiveSmallIntegerField()
    old_points = models.DecimalField(_("points before"), max_digits=8, decimal_places=2)
    new_points = models.DecimalField(_("points after"), max_digits=8, decimal_places=2)
    old_max_points = models.DecimalField(max_digits=8, decimal_places=2)
    new_max_points = models.DecimalField(max_digits=8, decimal_places=2)
    was_pending = models.BooleanField(default=False)
    is_pending = models.BooleanField(default=False)
    changes = models.JSONField(_("changes"))
    old_standing = models.PositiveSmallIntegerField(_("standing before"), null=True)
    new_standing = models.PositiveSmallIntegerField(_("standing after"), null=True)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    # The attempt was graded anew between the dry run and its turn, so that what was approved is no longer what it says.
    is_overtaken = models.BooleanField(_("overtaken"), default=False)

    class Meta:
        verbose_name = _("line of a regrade")
        verbose_name_plural = _("lines of a regrade")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["regrade", "attempt"], name="quizzes_regradeline_once_an_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt}: {self.old_points} → {self.new_points}"

    @property
    def direction(self) -> Direction:
        """Where the grade goes: by what is earned of what can be, as both may change."""
        if self.is_pending:
            return self.Direction.PENDING
        if self.was_pending:
            return self.Direction.GRADED
        # Multiplied out, so that nothing is rounded or divided by nothing.
        old, new = self.old_points * self.new_max_points, self.new_points * self.old_max_points
        if new == old:
            return self.Direction.SAME
        return self.Direction.FALLS if new < old else self.Direction.RISES

    @property
    def standing_falls(self) -> bool:
        """Whether what counts for the student becomes less, which an attempt's fall alone need not do."""
        return (self.new_standing or 0) < (self.old_standing or 0)


class GradeNotice(models.Model):
    """That a student is told by mail of a grade that changed after it was given: one row for each new grading.

    How it goes once is `common.outbox`'s. `skipped`: the account is closed, or the student has left the course.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("nobody to tell")
        UNCERTAIN = "uncertain", _("uncertain: look at it")
        FAILED = "failed", _("not sent: look at it")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="notices", verbose_name=_("attempt"))
    grade = models.OneToOneField(AttemptGrade, models.CASCADE, related_name="notice", verbose_name=_("grading"))
    old_points = models.DecimalField(_("points before"), max_digits=8, decimal_places=2)
    old_max_points = models.DecimalField(max_digits=8, decimal_places=2)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("made"))
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    message_id = models.CharField("Message-ID", max_length=200, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("notice of a changed grade")
        verbose_name_plural = _("notices of changed grades")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "created_at"], name="quizzes_notice_status"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sending", "sent", "skipped", "uncertain", "failed"]),
                name="quizzes_gradenotice_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt}"


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    def for_student(self, user: User) -> Self:
        """The person's own cards, in courses that they may still see."""
        return self.filter(
            enrolment__user=user,
            enrolment__status=Enrolment.Status.ACTIVE,
            enrolment__course__is_published=True,
        )


class ReviewCard(models.Model):
    """One question that one student got wrong, and the day on which it is asked again.

    The fold of its `CardReview`s by `quizzes.spacing`; `turns` counts them. The question is asked as the quiz's current
    version has it, and not at all where that has it no longer.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="review_cards", verbose_name=_("student"))
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="review_cards", verbose_name=_("quiz"))
    question = models.UUIDField(_("question"))
    turns = models.PositiveIntegerField(_("reviews"))
    stability = models.FloatField(_("stability (days)"))
    difficulty = models.FloatField(_("difficulty"))
    # Days of the student's own calendar.
    due_on = models.DateField(_("due"))
    reviewed_on = models.DateField(_("last review"))
    created_at = models.DateTimeField(_("made"))

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("review card")
        verbose_name_plural = _("review cards")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrolment", "question"], name="quizzes_reviewcard_once_per_question"),
            models.CheckConstraint(condition=Q(turns__gte=1), name="quizzes_reviewcard_has_a_review"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.user} · {self.question}"

    @property
    def next_turn(self) -> int:
        """The number of the answer that is asked for next."""
        return self.turns + 1


class CardReview(AppendOnlyModel):
    """One answer to the question of a card: first the mistake in an `attempt`, then each answer in the review queue.

    `before` and `after` are the card's memory (`quizzes.spacing.Memory`), `before` null for the first. `on` is the day on
    the student's calendar. None of it enters a grade or the progress.
    """

    class Rating(models.IntegerChoices):
        AGAIN = 1, _("Again")
        HARD = 2, _("Hard")
        GOOD = 3, _("Good")
        EASY = 4, _("Easy")

    card = models.ForeignKey(ReviewCard, models.CASCADE, related_name="reviews", verbose_name=_("review card"))
    turn = models.PositiveIntegerField(_("review"))
    attempt = models.ForeignKey(Attempt, models.CASCADE, null=True, related_name="+", verbose_name=_("attempt"))
    version = models.ForeignKey(QuizVersion, models.PROTECT, related_name="+", verbose_name=_("version"))
    response = models.JSONField(_("answer"))
    score = models.JSONField(_("score"))
    rating = models.PositiveSmallIntegerField(_("rating"), choices=Rating.choices)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"))
    at = models.DateTimeField(_("time"))
    on = models.DateField(_("day"))

    class Meta:
        verbose_name = _("review of a card")
        verbose_name_plural = _("reviews of cards")
        ordering: ClassVar[list[str]] = ["turn"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["card", "turn"], name="quizzes_cardreview_turn_unique"),
            models.UniqueConstraint(fields=["card", "attempt"], name="quizzes_cardreview_once_an_attempt"),
            models.CheckConstraint(condition=Q(rating__in=[1, 2, 3, 4]), name="quizzes_cardreview_rating_known"),
            models.CheckConstraint(
                condition=Q(turn=1, before__isnull=True) | Q(turn__gt=1, before__isnull=False),
                name="quizzes_cardreview_first_has_nothing_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card} #{self.turn}"


class TakenGrade(AppendOnlyModel):
    """That the mistakes of one grading have become review cards: it need not be looked through again."""

    grade = models.OneToOneField(AttemptGrade, models.CASCADE, related_name="taken")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.grade)
