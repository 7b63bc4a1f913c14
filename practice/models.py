"""Define practice cards and their answers: the questions that a student got wrong, asked again over time.

The tables have the label of the app that this one was cut out of, and their migrations are there: a label is in the name of a
table, in content types and in the entries of the audit log.
"""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints
from courses.models import AppendOnlyModel, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import QuizVersion
from quizzes.grading.models import AttemptGrade


class PracticeCardQuerySet(models.QuerySet["PracticeCard"]):
    def for_student(self, user: User) -> Self:
        """Return the cards of `user` in published courses with an active enrolment."""
        return self.filter(
            enrolment__user=user, enrolment__status=Enrolment.Status.ACTIVE, enrolment__course__is_published=True
        )


class PracticeCard(models.Model):
    """One question that one student got wrong, and the day on which it is asked again.

    The schedule is computed from the card's `PracticeAnswer`s by `practice.scheduling`; `turns` counts them.
    The current version of the quiz provides the question. If that version no longer has it, the card is not asked.
    `reviewed_on` is the day of the last answer.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="practice_cards", verbose_name=_("student"))
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="practice_cards", verbose_name=_("quiz"))
    question = models.UUIDField(_("question"))
    turns = models.PositiveIntegerField(_("turns"))
    stability = models.FloatField(_("stability (days)"))
    difficulty = models.FloatField(_("difficulty"))
    # Dates in the student's time zone.
    due_on = models.DateField(_("due"))
    reviewed_on = models.DateField(_("last answer"))
    created_at = models.DateTimeField(_("made"))

    objects = PracticeCardQuerySet.as_manager()

    class Meta:
        app_label = "quizzes"
        verbose_name = _("practice card")
        verbose_name_plural = _("practice cards")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrolment", "question"], name="quizzes_practicecard_once_per_question"),
            models.CheckConstraint(
                condition=Q(turns__gte=1),
                name="quizzes_practicecard_has_an_answer",
                violation_error_message=_("A practice card begins with an answer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.user} · {self.question}"

    @property
    def next_turn(self) -> int:
        """The number of the answer that is asked for next."""
        return self.turns + 1


class PracticeAnswer(AppendOnlyModel):
    """One answer to the question of a card: a mistake in an `attempt`, or an answer in practice if `attempt` is null.

    The first answer is a mistake in an attempt or, if `attempt` is null, in the text of a lesson.

    `before` and `after` are the card's `practice.scheduling.Memory` as JSON; `before` is null for the first
    answer. `on` is the date in the student's time zone. Practice answers affect neither grades nor progress.
    """

    class Rating(models.IntegerChoices):
        AGAIN = 1, _("Again")
        HARD = 2, _("Hard")
        GOOD = 3, _("Good")
        EASY = 4, _("Easy")

    card = models.ForeignKey(PracticeCard, models.CASCADE, related_name="answers", verbose_name=_("practice card"))
    turn = models.PositiveIntegerField(_("turn"))
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
        app_label = "quizzes"
        verbose_name = _("practice answer")
        verbose_name_plural = _("practice answers")
        ordering: ClassVar[list[str]] = ["turn"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["card", "turn"], name="quizzes_practiceanswer_turn_unique"),
            models.UniqueConstraint(fields=["card", "attempt"], name="quizzes_practiceanswer_once_an_attempt"),
            models.CheckConstraint(
                condition=Q(rating__in=[1, 2, 3, 4]),
                name="quizzes_practiceanswer_rating_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(turn=1, before__isnull=True) | Q(turn__gt=1, before__isnull=False),
                name="quizzes_practiceanswer_first_has_nothing_before",
                violation_error_message=_("Only the first answer has nothing before it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card} #{self.turn}"


class CollectedGrade(AppendOnlyModel):
    """Marks that the mistakes of one grading have been collected, so that the grading is not searched again."""

    grade = models.OneToOneField(AttemptGrade, models.CASCADE, related_name="collected")
    at = models.DateTimeField()

    class Meta:
        app_label = "quizzes"

    def __str__(self) -> str:
        return str(self.grade)
