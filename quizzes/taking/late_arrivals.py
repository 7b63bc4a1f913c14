"""Store answers that arrive after the deadline as evidence."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.questions import Response
from quizzes.taking.deadline import is_over

# Late answers kept for one attempt; more are no evidence but a flood.
LATE_ANSWER_LIMIT = 200


def store_late_answers(attempt: Attempt, answers: Mapping[UUID, Response], now: datetime) -> None:
    """Keep what differs from what is stored, of an attempt whose time was up; the caller holds the attempt's row."""
    if not (attempt.is_expired or is_over(attempt, now)):
        return
    known = {answer.question: answer.response for answer in queries.get_answers(attempt)}
    late = LateAnswer.objects.filter(attempt=attempt)
    known |= {answer.question: answer.response for answer in late.filter(files=None)}
    room = LATE_ANSWER_LIMIT - late.count()
    # A form that is sent after the end holds every question; one that was never answered is no evidence of anything.
    fresh = [
        (question, response)
        for question, response in answers.items()
        if known.get(question) != response and (question in known or any(response.values()))
    ]
    LateAnswer.objects.bulk_create(
        LateAnswer(attempt=attempt, question=question, response=response, received_at=now)
        for question, response in fresh[: max(room, 0)]
    )
