"""Store answers that arrive after the deadline as evidence."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from questions import Response
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.taking.deadline import is_over

LATE_ANSWER_LIMIT = 200  # of one attempt, against flooding


def store_late_answers(
    attempt: Attempt, given: Mapping[UUID, Response], now: datetime, typed: datetime | None = None, always: bool = False
) -> None:
    """Store those of `given` that differ from the stored ones, if the deadline has passed, or `always`. Needs a lock."""
    if not (always or attempt.is_expired or is_over(attempt, now)):
        return
    known = {answer.question: answer.response for answer in queries.get_answers(attempt)}
    late = LateAnswer.objects.filter(attempt=attempt)
    known |= {answer.question: answer.response for answer in late.filter(files=None)}
    room = LATE_ANSWER_LIMIT - late.count()
    # A late form contains all questions. An empty response to a question that was never answered is no evidence.
    fresh = [
        (question, response)
        for question, response in given.items()
        if known.get(question) != response and (question in known or any(response.values()))
    ]
    LateAnswer.objects.bulk_create(
        LateAnswer(attempt=attempt, question=question, response=response, received_at=now, typed_at=typed)
        for question, response in fresh[: max(room, 0)]
    )
