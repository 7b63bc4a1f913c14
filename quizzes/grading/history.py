"""Find reviews and gradings of an attempt."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from common.database.prepared import Prepared
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.grading.models import AttemptGrade, Review

# What higher apps read with the gradings, {name: expression}: the page of a result has no query left for them.
ADDED: dict[str, Any] = {}


def _count_open_late_answers() -> Coalesce:
    late = LateAnswer.objects.filter(attempt=OuterRef("attempt"), verdict=LateAnswer.Verdict.OPEN).order_by()
    return Coalesce(Subquery(late.values("attempt").annotate(n=Count("pk")).values("n")), 0)


_REVIEWS = Prepared(lambda attempt: Review.objects.filter(attempt=attempt).order_by("pk"), samples=(-1,))
# With the digest of the version, by which its key is cached.
_GRADES: Prepared[AttemptGrade] = Prepared(
    lambda attempt: (
        AttemptGrade.objects.filter(attempt=attempt)
        .select_related("version")
        .defer("version__content")
        .annotate(open_late_answers=_count_open_late_answers(), **ADDED)
        .order_by("revision")
    ),
    samples=(-1,),
)


def get_reviews(attempt: Attempt) -> list[Review]:
    """Return the reviews, the oldest first. One query."""
    return _REVIEWS.instances(attempt.pk)


def get_grades(attempt: Attempt) -> list[AttemptGrade]:
    """Return the gradings, the first revision first. One query.

    `open_late_answers` of each counts the attempt's answers that came after the deadline and wait for a decision.
    """
    return _GRADES.instances(attempt.pk)
