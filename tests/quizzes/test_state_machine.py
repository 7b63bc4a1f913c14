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
from quizzes.attempts.models import AnswerQuerySet, Attempt
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


def test_random_steps_keep_every_invariant_of_the_state_machine(world: World) -> None:
    if settings.get_current_profile_name() == "nightly":
        run(world)
    else:
        run(world, max_examples=25, stateful_step_count=30)


def finish_without_checking_the_claim(attempt: Attempt, token: int, grading: scoring.Grading, now: datetime) -> bool:
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=None, **revisions.grade_fields(grading, now))
    revisions.add_revision(attempt, grading, revision=1, version_id=attempt.version_id, now=now)
    return True


store_if_open = AnswerQuerySet.store_if_open


def store_without_checking_the_sequence(
    answers: AnswerQuerySet, attempt: Attempt, question: UUID, response: Any, *, sequence: int | None, **others: Any
) -> Any:
    return store_if_open(answers, attempt, question, response, sequence=None, **others)


def is_never_over(attempt: Attempt, now: datetime) -> bool:
    return False


def finish_after_another_grader(machine: Quizzes) -> None:
    machine.submit(0, [("single", 0)], one_is_bad=False)
    machine.check_everything()
    machine.pause_a_grader(0, has_computed=True)
    machine.check_everything()
    machine.resume_a_grader_after_its_lease(0)


def save_an_overtaken_answer(machine: Quizzes) -> None:
    machine.save(0, ("short", "median"), sequence=5)
    machine.check_everything()
    machine.save(0, ("short", "mode"), sequence=4)


def save_after_the_deadline(machine: Quizzes) -> None:
    machine.wait(timedelta(minutes=31))
    machine.check_everything()
    machine.save(0, ("single", 0), sequence=None)


@pytest.mark.parametrize(
    ("patched", "name", "fault", "steps"),
    [
        ([automatic], "finish", finish_without_checking_the_claim, finish_after_another_grader),
        ([AnswerQuerySet], "store_if_open", store_without_checking_the_sequence, save_an_overtaken_answer),
        ([deadline, save, submit], "is_over", is_never_over, save_after_the_deadline),
    ],
    ids=["claim", "sequence", "deadline"],
)
def test_a_planted_fault_is_found(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    patched: list[Any],
    name: str,
    fault: Callable[..., Any],
    steps: Callable[[Quizzes], None],
) -> None:
    """The same steps keep the invariants without the fault and break one with it."""
    for is_planted in (False, True):
        machine = machine_of(world)()
        with machine.around:
            machine.begin()
            machine.check_everything()
            if is_planted:
                for target in patched:
                    monkeypatch.setattr(target, name, fault)
            broken = pytest.raises((AssertionError, IntegrityError, pytest.fail.Exception))
            with broken if is_planted else nullcontext():
                steps(machine)
                machine.check_everything()
