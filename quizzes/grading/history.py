"""Find reviews and gradings of an attempt."""

from common.database.prepared import Prepared
from quizzes.attempts.models import Attempt
from quizzes.grading.models import AttemptGrade, Review

_REVIEWS = Prepared(lambda attempt: Review.objects.filter(attempt=attempt).order_by("pk"), samples=(-1,))
_GRADES = Prepared(lambda attempt: AttemptGrade.objects.filter(attempt=attempt).order_by("revision"), samples=(-1,))


def get_reviews(attempt: Attempt) -> list[Review]:
    """Return the reviews, the oldest first. One query."""
    return _REVIEWS.instances(attempt.pk)


def get_grades(attempt: Attempt) -> list[AttemptGrade]:
    """Return the gradings, the first revision first. One query."""
    return _GRADES.instances(attempt.pk)
