"""Owns when a question comes again: FSRS in whole days of the student's own calendar. Pure Python, no Django.

A memory is the fold of a card's reviews: the ratings and days that the log holds give the same one again, to the
last digit, because nothing in it is left to chance. docs/decisions/0014 says why these parameters.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import fsrs

from quizzes.questions import PENDING, Outcome

Rating = fsrs.Rating

# Published default weights. No steps within a day: what was wrong comes again on the next day, not ten minutes after its
# solution was read. No fuzz: the log must give the same state again.
SCHEDULER = fsrs.Scheduler(
    desired_retention=0.9, learning_steps=(), relearning_steps=(), maximum_interval=365, enable_fuzzing=False
)

# Nobody is asked how easy it was, so nothing is Easy. Hard: partly right, or nothing that a machine can decide.
RATINGS: dict[Outcome, Rating] = {
    "incorrect": Rating.Again,
    "unanswered": Rating.Again,
    "partial": Rating.Hard,
    PENDING: Rating.Hard,
    "correct": Rating.Good,
}


@dataclass(frozen=True, slots=True)
class Memory:
    """How well something is remembered, and when it is due. `stability`: days until recall falls to 90 %."""

    stability: float
    difficulty: float
    due_on: date
    reviewed_on: date

    def as_dict(self) -> dict[str, Any]:
        return {
            "stability": self.stability,
            "difficulty": self.difficulty,
            "due_on": self.due_on.isoformat(),
            "reviewed_on": self.reviewed_on.isoformat(),
        }


def schedule_next(memory: Memory | None, rating: int, on: date) -> Memory:
    """The memory after an answer of that rating on that day; None: it is the first."""
    card = fsrs.Card(card_id=0)
    if memory is not None:
        card = fsrs.Card(
            card_id=0,
            state=fsrs.State.Review,
            stability=memory.stability,
            difficulty=memory.difficulty,
            due=_midnight(memory.due_on),
            last_review=_midnight(memory.reviewed_on),
        )
    after, _ = SCHEDULER.review_card(card, Rating(rating), _midnight(on))
    assert after.stability is not None
    assert after.difficulty is not None
    return Memory(after.stability, after.difficulty, after.due.date(), on)


def _midnight(day: date) -> datetime:
    # FSRS counts spans of 24 hours: an answer late in the evening and one early next morning are a day apart here.
    return datetime.combine(day, time(), tzinfo=UTC)
