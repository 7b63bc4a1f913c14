"""Compute the date on which a question is asked again, by the FSRS algorithm in whole days. Pure Python, no Django.

The algorithm is deterministic: replaying a card's ratings and dates gives exactly the same `Memory`. The library
`fsrs` implements it. docs/decisions/0014 gives the reasons for these parameters.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import fsrs

from questions import PENDING, Outcome

Rating = fsrs.Rating

# The library's default weights are used. There are no steps within a day: a question answered wrong is due on the next
# day, not minutes after the student read its solution. Fuzzing is off: replaying answers must give the same state.
SCHEDULER = fsrs.Scheduler(
    desired_retention=0.9, learning_steps=(), relearning_steps=(), maximum_interval=365, enable_fuzzing=False
)

# Students do not rate how easy an answer was, so Easy is not used. Hard means partly right or not decidable by a rule.
RATINGS: dict[Outcome, Rating] = {
    "incorrect": Rating.Again,
    "unanswered": Rating.Again,
    "partial": Rating.Hard,
    PENDING: Rating.Hard,
    "correct": Rating.Good,
}


@dataclass(frozen=True, slots=True)
class Memory:
    """The FSRS state of a card. `stability`: days until the probability of recall falls to 90 %. `difficulty`: 1 to 10.

    `reviewed_on` is the date of the last answer.
    """

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
    """Return the state after an answer with `rating` on the date `on`. `memory` is None for the first answer."""
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
    # FSRS counts periods of 24 hours. With midnights, a late evening and the next early morning are one day apart.
    return datetime.combine(day, time(), tzinfo=UTC)
