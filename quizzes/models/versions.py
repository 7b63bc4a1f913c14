"""What students meet, frozen when it was published, and beside it the key, which no query for a student reads."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import AppendOnlyModel
from quizzes.models.authoring import Quiz


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
