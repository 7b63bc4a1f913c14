"""Store what answers contribute to item statistics, and the sums over them.

The first attempt of each student counts, once it is graded: in later ones, the student has seen results. `counting` keeps the
sums equal to what the responses say; `anew` computes them from the responses again.
"""

from typing import ClassVar

from django.db import models

from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz

# The cohort of students without one.
NO_COHORT = 0


class CountedAttempt(models.Model):
    """A first attempt whose responses are counted, with the grading that they are from and the student's cohort at that time."""

    attempt = models.OneToOneField(Attempt, models.CASCADE, primary_key=True, related_name="counted")
    grade = models.PositiveBigIntegerField()
    cohort = models.PositiveBigIntegerField(default=NO_COHORT)

    def __str__(self) -> str:
        return str(self.attempt_id)


class ItemResponse(models.Model):
    """What one answer contributes.

    `share`: points of the answer in millionths of the possible ones. `rest`: the same of the attempt's other questions together,
    None if there are none. `points`: hundredths of a point. `given`: the uuids of the chosen choices, with commas; for kinds
    without choices the outcome. `time_class`: see `analysis.formulas`, None if the time is not known.
    """

    counted = models.ForeignKey(CountedAttempt, models.CASCADE, related_name="responses")
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="+")
    question = models.UUIDField()
    share = models.BigIntegerField()
    rest = models.BigIntegerField(null=True)
    points = models.BigIntegerField()
    given = models.TextField(blank=True)
    time_class = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["counted", "question"], name="analysis_itemresponse_once")
        ]

    def __str__(self) -> str:
        return str(self.question)


class ItemTally(models.Model):
    """Sums over the responses to one question by one cohort with the same `given` and the same class of the rest score.

    `rest_class`: twentieths of the rest score, 0 to 20; -1 if there is none. x is `share`, y is `rest`.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="+")
    cohort = models.PositiveBigIntegerField()
    question = models.UUIDField()
    given = models.TextField(blank=True)
    rest_class = models.SmallIntegerField()
    n = models.BigIntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()
    xx = models.BigIntegerField()
    yy = models.BigIntegerField()
    xy = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["quiz", "cohort", "question", "given", "rest_class"], name="analysis_itemtally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.n}"


class PairTally(models.Model):
    """Sums over the attempts that have both questions: x and y are their points in hundredths. `first` is the lower uuid."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="+")
    first = models.UUIDField()
    second = models.UUIDField()
    n = models.BigIntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()
    xy = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "first", "second"], name="analysis_pairtally_once")
        ]

    def __str__(self) -> str:
        return f"{self.first} · {self.second}"


class PointsTally(models.Model):
    """Sums over the points of one question in hundredths, and how often each time class occurs: {class: number}."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="+")
    question = models.UUIDField()
    time_class = models.SmallIntegerField()
    n = models.BigIntegerField()
    x = models.BigIntegerField()
    xx = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "question", "time_class"], name="analysis_pointstally_once")
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.n}"


class CountingState(models.Model):
    """How far gradings are counted: one row. Who counts locks it, so that nobody else counts at the same time."""

    last_grade = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last_grade)


class QuizSummary(models.Model):
    """What the figures of one quiz say in short, as `analysis.reading` gives them: kept, because computing takes some queries.

    `version` is the one that was current then. `n`: counted attempts. `questions`: those with answers. `warnings`: how many
    questions have each warning, {warning: n}. `named`: the first of them as {"number", "text", "warning"}, the text by language;
    None where they were not kept yet. `is_outdated`: the sums have changed since.
    """

    quiz = models.OneToOneField(Quiz, models.CASCADE, primary_key=True, related_name="figures_summary")
    version = models.PositiveBigIntegerField(null=True)
    n = models.PositiveIntegerField(default=0)
    questions = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=dict)
    named = models.JSONField(null=True)
    alpha = models.FloatField(null=True)
    is_outdated = models.BooleanField(default=True)

    def __str__(self) -> str:
        return str(self.quiz_id)
