"""Advance a practice card by one answer."""

from datetime import date, datetime
from typing import Any

from courses.models import Enrolment
from practice import scheduling
from practice.models import PracticeAnswer, PracticeCard
from practice.scheduling import Memory
from questions import Response

MISTAKES = ("incorrect", "partial")
# The columns of a card that are derived from its answers.
SCHEDULE_FIELDS = ["turns", "stability", "difficulty", "due_on", "reviewed_on"]
EnrolmentsById = dict[int, Enrolment]


def advance_card(
    card: PracticeCard,
    *,
    response: Response,
    score: dict[str, Any],
    version_id: int,
    attempt_id: int | None,
    at: datetime,
    on: date,
) -> PracticeAnswer:
    """Update the card for one more answer and return the row to store. Neither is saved: the caller writes both in one
    transaction.

    `attempt_id` is None for an answer given in practice. `on` is the day in the student's calendar.
    """
    before = memory_of(card) if card.turns else None
    rating = scheduling.RATINGS[score["outcome"]]
    after = scheduling.schedule_next(before, rating, on)
    card.turns += 1
    card.stability, card.difficulty = after.stability, after.difficulty
    card.due_on, card.reviewed_on = after.due_on, after.reviewed_on
    return PracticeAnswer(
        card=card,
        turn=card.turns,
        attempt_id=attempt_id,
        version_id=version_id,
        response=response,
        score=score,
        rating=rating,
        before=before.as_dict() if before else None,
        after=after.as_dict(),
        at=at,
        on=on,
    )


def memory_of(card: PracticeCard) -> Memory:
    """Return the state of the scheduling algorithm that the card stores."""
    return Memory(card.stability, card.difficulty, card.due_on, card.reviewed_on)
