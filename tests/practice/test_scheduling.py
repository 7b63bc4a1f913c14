"""The date on which a question is asked again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice import scheduling
from practice.scheduling import Memory, Rating
from questions import PENDING

MONDAY = date(2026, 11, 23)


def replay(log: list[tuple[int, date]]) -> Memory | None:
    memory = None
    for rating, on in log:
        memory = scheduling.schedule_next(memory, rating, on)
    return memory


def test_a_wrong_answer_is_due_on_the_next_day() -> None:
    memory = scheduling.schedule_next(None, Rating.Again, MONDAY)
    assert memory.due_on == MONDAY + timedelta(days=1)
    assert scheduling.schedule_next(memory, Rating.Again, memory.due_on).due_on == memory.due_on + timedelta(days=1)


def test_right_answers_are_due_after_growing_intervals() -> None:
    memory = scheduling.schedule_next(None, Rating.Again, MONDAY)
    spans = []
    for _ in range(8):
        after = scheduling.schedule_next(memory, Rating.Good, memory.due_on)
        spans.append((after.due_on - memory.due_on).days)
        memory = after
    assert spans == sorted(spans)
    assert spans[0] <= 2
    assert spans[-1] > 30


def test_a_wrong_answer_after_right_ones_shortens_the_interval() -> None:
    memory = replay([(Rating.Again, MONDAY), *((Rating.Good, MONDAY + timedelta(days=n)) for n in (1, 3, 9))])
    assert memory
    assert (memory.due_on - memory.reviewed_on).days > 5
    lapsed = scheduling.schedule_next(memory, Rating.Again, memory.due_on)
    assert (lapsed.due_on - lapsed.reviewed_on).days <= 3
    assert lapsed.difficulty > memory.difficulty


def test_an_evening_and_the_next_morning_are_a_day_apart() -> None:
    # FSRS counts periods of 24 hours. Only dates are passed to it, so the time of day does not matter.
    first = scheduling.schedule_next(None, Rating.Again, MONDAY)
    assert scheduling.schedule_next(first, Rating.Good, MONDAY + timedelta(days=1)).stability > first.stability * 2


@pytest.mark.parametrize(
    ("outcome", "rating"),
    [("incorrect", 1), ("unanswered", 1), ("partial", 2), (PENDING, 2), ("correct", 3)],
)
def test_each_outcome_has_its_rating(outcome: str, rating: int) -> None:
    assert scheduling.RATINGS[outcome] == rating  # type: ignore[index]


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(-3, 400)), max_size=30),
)
def test_a_replay_gives_exactly_the_same_state_within_bounds(steps: list[tuple[int, int]]) -> None:
    """Also if the date goes back, as for a student who travels to another time zone."""
    on, log, memory = MONDAY, [], None
    for rating, days in steps:
        on = min(on + timedelta(days=days), date(2090, 1, 1))
        log.append((rating, on))
        memory = scheduling.schedule_next(memory, rating, on)
        assert 1 <= (memory.due_on - on).days <= 365
        assert 1 <= memory.difficulty <= 10
    assert replay(log) == memory
