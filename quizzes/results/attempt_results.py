"""Return what a student may see of a submitted attempt, and reveal its answers on request."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from courses.models import Enrolment
from questions import PENDING
from quizzes.attempts.models import Attempt
from quizzes.grading import history
from quizzes.grading.models import AttemptGrade
from quizzes.grading.scoring import is_pending
from quizzes.results import visibility
from quizzes.results.overview import QuizOverview, get_overview
from quizzes.results.question_results import QuestionResult, get_question_results


class NotRevealable(DomainError):
    slug = "answers-not-available"
    status = 409
    help = gettext_lazy(
        "The answers cannot be shown: the quiz never shows them, it is not passed yet, or an attempt is open."
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What a student may see of an attempt now. `questions` is empty until it is graded, in full or in part.

    `changes` are [(before, after)] of the gradings that changed a grade which the student had seen. `late_answers` counts the
    answers that came after the deadline and that nobody has decided on yet.
    """

    attempt: Attempt
    is_passed: bool
    answers_shown: bool
    can_reveal: bool
    questions: list[QuestionResult]
    changes: list[tuple[AttemptGrade, AttemptGrade]] = field(default_factory=list)
    overview: QuizOverview | None = None
    late_answers: int = 0
    last_grade: AttemptGrade | None = None

    @property
    def pending(self) -> int:
        """How many questions wait for manual grading."""
        return sum(question.outcome == PENDING for question in self.questions)

    @property
    def regraded(self) -> list[AttemptGrade]:
        """Return the gradings of `changes`, without what was before them."""
        return [after for _before, after in self.changes]


def get_result(attempt: Attempt, *, now: datetime) -> Result:
    """Return what the student may see now. Reads the answer key only for questions whose answers may be shown."""
    if attempt.status not in (Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW):
        return Result(attempt, is_passed=False, answers_shown=False, can_reveal=False, questions=[])
    overview = get_overview(quiz=attempt.quiz, enrolment=attempt.enrolment, now=now)
    shown = visibility.answers_shown(attempt.quiz, overview, now)
    grades = history.get_grades(attempt)
    return Result(
        attempt,
        is_passed=visibility.is_passed(attempt),
        answers_shown=shown,
        can_reveal=not shown and visibility.can_reveal(attempt, overview, now),
        questions=get_question_results(attempt, grades[-1], with_key=shown) if grades else [],
        changes=_changed_revisions(grades),
        overview=overview,
        late_answers=grades[0].open_late_answers if grades else 0,  # type: ignore[attr-defined]  # the annotation
        last_grade=grades[-1] if grades else None,
    )


def reveal(*, attempt: Attempt, now: datetime) -> Attempt:
    """Show the answers and give up the remaining attempts. Idempotent.

    Raises NotRevealable if they are never shown, the quiz is not passed yet, or an attempt is open.
    """
    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=attempt.enrolment_id)
        result = get_result(attempt, now=now)
        if result.answers_shown:
            return attempt
        if not result.can_reveal:
            raise NotRevealable(_("The answers can be shown once you have passed and no attempt is open."))
        Attempt.objects.filter(pk=attempt.pk, answers_revealed_at=None).update(answers_revealed_at=now)
    attempt.refresh_from_db(fields=["answers_revealed_at"])
    return attempt


def _changed_revisions(grades: list[AttemptGrade]) -> list[tuple[AttemptGrade, AttemptGrade]]:
    """Return (before, after) of the revisions that changed a grade which the student had seen."""
    complete = [grade for grade in grades if not is_pending(grade)]
    return [
        (before, after)
        for before, after in pairwise(complete)
        if (after.points, after.max_points) != (before.points, before.max_points)
    ]
