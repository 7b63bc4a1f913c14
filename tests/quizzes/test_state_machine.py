"""Run attempts, grading and regrading through random steps in any order, with a simulated clock.

After every step:

1. The revisions of an attempt's grading are 1, 2, 3 … without gaps or duplicates, and none ever changes.
2. A student has at most one open attempt at a quiz, and never more attempts than allowed.
3. An answer that was acknowledged as saved is stored: the one with the highest sequence.
4. After the attempt is closed no answer and no file changes, except by late ones that an instructor accepted. Each answer
   or file that came after the deadline is stored once.
5. A score is a pure function of the answers, the key of its version, the reviews and the late deduction. `state_model`
   computes it independently of the product's code.
6. The points are never above the maximum nor below 0.
7. The ledger contains the revisions in which nothing is pending, and its fold is the item grade.
8. A submitted attempt stays submitted; a graded one stays graded or waits for manual grading.
9. A grade changes only by a person: a review, an accepted late answer, an approved regrade or an override. The student
   gets one notice of each change.
10. Progress is between 0 and 100 and never falls.

At the end of every run the workers finish, everything submitted is graded or waits for manual grading, and
`verify_grades` finds no difference. `--hypothesis-profile nightly` makes it 1,000 runs of 50 steps.
"""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from accounts.models import User
from courses.models import Course
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.grading import automatic, revisions, scoring
from quizzes.taking import deadline, save, submit
from tests.factories import EnrolmentFactory, add_short_answer, add_single_choice
from tests.quizzes import state_model as model
from tests.quizzes.state_base import NOW, World
from tests.quizzes.state_invariants import Invariants
from tests.quizzes.state_rules import StudentsAndWorkers
from tests.quizzes.state_staff_rules import Instructors


class Quizzes(StudentsAndWorkers, Instructors, Invariants):
    """The whole machine."""


@pytest.fixture
def world(course: Course, quiz: Quiz, ines: User, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    quiz.questions.all().delete()
    single = add_single_choice(quiz, "single", points=2)
    short = add_short_answer(quiz, "short", ["median"], ["mode"], points=3)
    essay = Question.objects.create(
        quiz=quiz,
        key="essay",
        kind="hand_in",
        position=2,
        points=4,
        text_ko="왜?",
        text_en="Why?",
        definition={
            "rubric": [{"key": "all", "text": {"ko": "모두", "en": "All"}, "points": 4}],
            "files": {"max": 2, "types": ["txt"]},
        },
    )
    Quiz.objects.filter(pk=quiz.pk).update(
        attempts_allowed=model.ALLOWED,
        time_limit=30,
        grace=30,
        due_at=NOW + timedelta(days=1),
        late_rule=Quiz.LateRule.DEDUCT,
        late_deduction=model.DEDUCTION_A_DAY,
        show_answers=Quiz.ShowAnswers.AT_ONCE,
    )
    quiz.refresh_from_db()
    publishing.publish(quiz)
    return World(
        quiz=quiz,
        enrolments=[EnrolmentFactory(course=course) for _ in range(2)],
        teacher=ines,
        uuids={"single": single.uuid, "short": short.uuid, "essay": essay.uuid},
        choices=list(single.choices.order_by("position").values_list("uuid", flat=True)),
    )


def machine_of(world: World) -> type[Quizzes]:
    return type("Quizzes", (Quizzes,), {"world": world})


def run(world: World, **chosen: Any) -> None:
    run_state_machine_as_test(
        machine_of(world),
        settings=settings(deadline=None, suppress_health_check=list(HealthCheck), **chosen),
    )


def test_nothing_is_lost_and_nothing_twice_whatever_happens(world: World) -> None:
    if settings.get_current_profile_name() == "nightly":
        run(world)
    else:
        run(world, max_examples=25, stateful_step_count=30)


def _finish_whatever_the_row_says(attempt: Attempt, token: int, graded: scoring.Grading, now: datetime) -> bool:
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=None, **revisions.grade_fields(graded, now))
    revisions.add_revision(attempt, graded, revision=1, version_id=attempt.version_id, now=now)
    return True


def _store_whatever_the_sequence(
    attempt: Attempt, question: UUID, response: Any, now: datetime, sequence: int | None
) -> Answer:
    return _store(attempt, question, response, now, None)


def _never_over(attempt: Attempt, now: datetime) -> bool:
    return False


_store = save._store


def _held_up(machine: Quizzes) -> None:
    machine.submit(0, [("single", 0)], one_is_bad=False)
    machine.it_holds()
    machine.fall_asleep(0, has_graded=True)
    machine.it_holds()
    machine.wake_after_the_lease(0)


def _overtaken(machine: Quizzes) -> None:
    machine.save(0, ("short", "median"), sequence=5)
    machine.it_holds()
    machine.save(0, ("short", "mode"), sequence=4)


def _too_late(machine: Quizzes) -> None:
    machine.wait(timedelta(minutes=31))
    machine.it_holds()
    machine.save(0, ("single", 0), sequence=None)


@pytest.mark.parametrize(
    ("modules", "name", "fault", "steps"),
    [
        ([automatic], "_finish", _finish_whatever_the_row_says, _held_up),
        ([save], "_store", _store_whatever_the_sequence, _overtaken),
        ([deadline, save, submit], "is_over", _never_over, _too_late),
    ],
)
def test_a_planted_fault_is_found(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    modules: list[ModuleType],
    name: str,
    fault: Callable[..., Any],
    steps: Callable[[Quizzes], None],
) -> None:
    """The steps that lead there hold without the fault, and not with it."""
    for plant in (False, True):
        machine = machine_of(world)()
        with machine.around:
            machine.begin()
            machine.it_holds()
            if plant:
                for module in modules:
                    monkeypatch.setattr(module, name, fault)
            with pytest.raises((AssertionError, IntegrityError, pytest.fail.Exception)) if plant else nullcontext():
                steps(machine)
                machine.it_holds()
