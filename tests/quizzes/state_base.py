"""The world of the state machine: what exists at the start, and the helpers of every rule."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from accounts.models import User
from common.errors import DomainError
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import scoring
from quizzes.taking import deadline
from tests.quizzes import state_model as model

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WAITS = [timedelta(seconds=n) for n in (1, 11, 31, 61)] + [timedelta(minutes=n) for n in (10, 31)] + [timedelta(days=1)]
RESPONSES: dict[str, list[Any]] = {
    "single": [None, 0, 1, 2],
    "short": ["", "median", " Mean ", "medain", "mode"],
    "essay": ["", "Because."],
}
QUESTIONS = st.sampled_from(sorted(RESPONSES))
ANSWERS = QUESTIONS.flatmap(lambda question: st.tuples(st.just(question), st.sampled_from(RESPONSES[question])))
SEQUENCES = st.one_of(st.none(), st.integers(0, 6), st.just(model.FAR_AHEAD))
STUDENTS = st.integers(0, 1)
DEVICES = st.integers(0, 1)
ANY = st.integers(0, 7)
GRADED = {"graded", "needs_review"}
# What each status may become.
NEXT = {
    "in_progress": {"submitted", "grading", "needs_attention", *GRADED},
    "submitted": {"grading", "needs_attention", *GRADED},
    "grading": {"submitted", "needs_attention", *GRADED},
    "needs_attention": {"submitted", "grading", *GRADED},
    "graded": GRADED,
    "needs_review": GRADED,
}


@dataclass
class World:
    """What is there before anything happens."""

    quiz: Quiz
    enrolments: list[Enrolment]
    teacher: User
    uuids: dict[str, UUID]
    choices: list[UUID]

    def raw(self, question: str, response: Any) -> dict[str, Any]:
        if question == "single":
            return {"choice": None if response is None else str(self.choices[response])}
        return {"text": response}


@dataclass
class PausedGrader:
    """A grader that has claimed an attempt and has not finished. `grading` is computed where it got so far."""

    attempt: Attempt
    token: int
    grading: scoring.Grading | None


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Base(RuleBasedStateMachine):
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        self.around.enter_context(rolled_back())
        self.now = NOW
        self.step = ""
        self.quiz = Quiz.objects.select_related("activity__course", "current_version").get(pk=self.world.quiz.pk)
        self.made: dict[int, model.Attempt] = {}
        self.devices: dict[tuple[int, int], Attempt] = {}
        self.exemptions = [model.Exemption(), model.Exemption()]
        self.paused_graders: list[PausedGrader] = []
        self.progress = [0, 0]
        assert self.quiz.current_version_id is not None
        first = model.Key(0, frozenset({"median"}), near_misses=False, single_points=Decimal(2))
        self.keys = {self.quiz.current_version_id: first}

    @property
    def quiz_due(self) -> datetime:
        assert self.quiz.due_at is not None
        return self.quiz.due_at

    def due_at(self, student: int) -> datetime:
        return self.exemptions[student].due_at or self.quiz_due

    def loaded(self, pk: int) -> Attempt:
        return Attempt.objects.select_related("quiz__activity", "enrolment", "version").get(pk=pk)

    @property
    def waiting(self) -> list[int]:
        return [pk for pk, attempt in self.made.items() if attempt.status in {"submitted", "grading"}]

    def any_attempt(self, which: int) -> int:
        return sorted(self.made)[which % len(self.made)]

    def on_a_device(self, which: int) -> tuple[Attempt, model.Attempt]:
        shown = self.devices[sorted(self.devices)[which % len(self.devices)]]
        return shown, self.made[shown.pk]

    def closed(self, expected: model.Attempt) -> type[DomainError]:
        by_time = expected.expired or expected.is_over(self.now)
        return deadline.DeadlinePassed if by_time else deadline.AttemptClosed

    def keep_late(self, expected: model.Attempt, answers: dict[str, Any]) -> None:
        if expected.expired or expected.is_over(self.now):
            expected.late += answers.items()

    @contextmanager
    def doing(self, step: str, refusal: type[DomainError] | None = None) -> Iterator[None]:
        """One step, which is refused with exactly `refusal`, or not at all."""
        self.step = step
        if refusal is None:
            yield
            return
        with pytest.raises(refusal) as refused:
            yield
        assert refused.type is refusal
