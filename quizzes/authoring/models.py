"""Define what instructors edit: quizzes, questions, choices, accepted answers, cohort dates and overrides."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints
from courses.models import Activity, Cohort, Enrolment, GradeItem, InCourse
from questions import KINDS

# The course format has the same limits. A larger value is a typing error, but SQLite would store it.
MAX_ATTEMPTS = 1000
MAX_MINUTES = 10_000


def question_kinds() -> list[tuple[str, Any]]:
    """Return (name, label) of every kind. No database constraint lists the kinds, so a new kind needs no migration."""
    return [(name, _(kind.label)) for name, kind in KINDS.items()]


class QuizQuerySet(models.QuerySet["Quiz"]):
    def for_student(self, user: User) -> Self:
        """Return the quizzes and lesson checks in the outlines of the user's courses."""
        return self.filter(
            activity__archived_at=None,
            activity__course__is_published=True,
            activity__course__enrolments__user=user,
            activity__course__enrolments__status=Enrolment.Status.ACTIVE,
        )

    def named(self, name: str) -> "Quiz":
        """Return the quiz or lesson check named "course/slug". Raises Quiz.DoesNotExist."""
        course, _slash, slug = name.partition("/")
        return self.select_related("activity__course").get(activity__course__slug=course, activity__slug=slug)


class Quiz(InCourse):
    """The questions attached to one activity, and the rules for attempting them.

    A quiz on a quiz activity is graded. A quiz on a lesson is the lesson's ungraded check.
    """

    course_path: ClassVar[str] = "activity__course"

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
        _("attempts allowed"),
        null=True,
        blank=True,
        default=3,
        validators=[MaxValueValidator(MAX_ATTEMPTS)],
        help_text=_("Empty: any number."),
    )
    grading_method = models.CharField(
        _("which attempt counts"),
        max_length=10,
        choices=GradeItem.GradingMethod.choices,
        default=GradeItem.GradingMethod.HIGHEST,
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
        _("time limit (minutes)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_MINUTES)],
        help_text=_("Empty: none."),
    )
    grace = models.PositiveSmallIntegerField(
        _("grace (seconds)"),
        default=30,
        validators=[MaxValueValidator(600)],
        help_text=_("What arrives so long after the time limit still counts: for slow networks, not for answering."),
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due date"), null=True, blank=True)
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
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(grading_method__in=["highest", "last", "average"]),
                name="quizzes_quiz_grading_method_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(late_rule__in=["accept", "deduct", "refuse"]),
                name="quizzes_quiz_late_rule_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(late_deduction__lte=100),
                name="quizzes_quiz_late_deduction_at_most_100",
                violation_error_message=constraints.ABOVE_100,
            ),
            models.CheckConstraint(
                condition=Q(time_limit=None) | Q(time_limit__gte=1),
                name="quizzes_quiz_time_limit_positive",
                violation_error_message=_("A time limit is at least 1 minute."),
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(opens_at=None) | Q(due_at__gt=models.F("opens_at")),
                name="quizzes_quiz_due_after_opens",
                violation_error_message=_("The due date must be after the opening."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=models.F("opens_at")),
                name="quizzes_quiz_closes_after_opens",
                violation_error_message=_("The closing must be after the opening."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(due_at=None) | Q(closes_at__gte=models.F("due_at")),
                name="quizzes_quiz_closes_after_due",
                violation_error_message=_("The closing must not be before the due date."),
            ),
            models.CheckConstraint(
                condition=Q(pass_mark__lte=100),
                name="quizzes_quiz_pass_mark_at_most_100",
                violation_error_message=constraints.ABOVE_100,
            ),
            models.CheckConstraint(
                condition=Q(attempts_allowed=None) | Q(attempts_allowed__gte=1),
                name="quizzes_quiz_attempts_positive",
                violation_error_message=_("At least 1 attempt is allowed."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.activity)

    @property
    def is_graded(self) -> bool:
        """Whether attempts enter the gradebook. Attempts of a lesson check do not."""
        return self.activity.kind == Activity.Kind.QUIZ


class Question(InCourse):
    """One question as its author edits it. Students never see this row: publishing copies it into a version."""

    course_path: ClassVar[str] = "quiz__activity__course"

    class Level(models.TextChoices):
        """What an answer takes: the levels of Bloom's revised taxonomy, the lowest first."""

        REMEMBER = "remember", _("remember")
        UNDERSTAND = "understand", _("understand")
        APPLY = "apply", _("apply")
        ANALYSE = "analyse", _("analyse")
        EVALUATE = "evaluate", _("evaluate")
        CREATE = "create", _("create")

    # The public uuids of the question's parts are derived from this salt. It is secret: a student who knew it could
    # derive a part's uuid from the part's key and see which parts belong together.
    salt = models.UUIDField(default=uuid.uuid4, editable=False)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="questions", verbose_name=_("quiz"))
    key = models.SlugField(_("key"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=question_kinds, default="single_choice")
    pool = models.SlugField(_("pool"), max_length=50, blank=True, help_text=_("Empty: every attempt has it."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2, default=1)
    text = models.TextField(_("question (Markdown)"))
    # The settings that the kind needs besides text and choices. The kind's `schema` describes them.
    definition = models.JSONField(_("definition"), default=dict, blank=True)
    lesson = models.CharField(
        _("explained in"), max_length=200, blank=True, help_text=_("A lesson's short name, with #heading if wanted.")
    )
    # What authors plan with. No version has it: students don't see it, and a change of it makes no new version.
    objective = models.PositiveSmallIntegerField(
        _("objective of that lesson"), null=True, blank=True, help_text=_("1 is the first. Empty: none in particular.")
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, blank=True, default="", db_default="")
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
                condition=Q(points__gt=0),
                name="quizzes_question_points_positive",
                violation_error_message=_("A question is worth more than 0 points."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.text)[:80]

    @property
    def has_accepted_answers(self) -> bool:
        """Whether the question's answer key is a list of `AcceptedAnswer` rows."""
        return KINDS[self.kind].rows == "answers"


class Choice(models.Model):
    """One choice of a choice question, as its author edits it. Versions and answers refer to it by `uuid`."""

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
            models.UniqueConstraint(fields=["question", "key"], name="quizzes_choice_key_unique_in_question")
        ]

    def __str__(self) -> str:
        return str(self.text)[:80]


class AcceptedAnswer(models.Model):
    """A text that a short answer is compared with: an accepted answer, or a known wrong one if `is_correct` is false.

    Known wrong answers with the same feedback form one group.
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


class QuizDates(InCourse):
    """The dates of a quiz for one cohort. If a date is empty, the quiz's date applies."""

    course_path: ClassVar[str] = "quiz__activity__course"

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="dates", verbose_name=_("quiz"))
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="+", verbose_name=_("cohort"))
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due date"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)

    class Meta:
        verbose_name = _("dates of a cohort")
        verbose_name_plural = _("dates of cohorts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "cohort"], name="quizzes_quizdates_once_a_cohort")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.cohort}"


class QuizOverride(InCourse):
    """One student's extra time, extra attempts and dates for a quiz, with the reason. If a date is empty, the
    date of the cohort or of the quiz applies."""

    course_path: ClassVar[str] = "quiz__activity__course"

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="overrides", verbose_name=_("quiz"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="quiz_overrides", verbose_name=_("student"))
    extra_minutes = models.PositiveSmallIntegerField(
        _("extra time (minutes)"), default=0, validators=[MaxValueValidator(MAX_MINUTES)]
    )
    extra_attempts = models.PositiveSmallIntegerField(
        _("extra attempts"), default=0, validators=[MaxValueValidator(MAX_ATTEMPTS)]
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due date"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    granted_at = models.DateTimeField(_("time"), auto_now=True)

    class Meta:
        verbose_name = _("override for a student")
        verbose_name_plural = _("overrides for students")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "enrolment"], name="quizzes_quizoverride_once_a_student")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.enrolment.user}"
