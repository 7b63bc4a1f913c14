"""The kept sums are those that counting everything anew gives, whatever has happened to the attempts."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from analysis import counting
from analysis.anew import recounting
from analysis.models import CountedAttempt, ItemResponse, ItemTally, PairTally, QuizSummary
from courses.models import Enrolment
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.grading import late_answers, manual, regrading
from tests.analysis.anew.slowly import count_slowly
from tests.factories import EnrolmentFactory, QuizFactory
from tests.quizzes.graded import NOW, choosing, fresh, graded, publish, question_of
from tests.quizzes.grading.regrades import approve, run

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def quiz() -> Quiz:
    return make_quiz()


def make_quiz() -> Quiz:
    """A quiz with three questions of three choices and a short answer whose near misses wait for a person."""
    made: Quiz = QuizFactory(questions=3)
    made.questions.filter(key="short").update(definition={"near_misses": "review"})
    made.questions.filter(key="q2").update(points=3)
    publish(made)
    return made


class History:
    """What can happen to a quiz's attempts, one method a step. A step that finds no attempt does nothing."""

    def __init__(self, quiz: Quiz, staff: User) -> None:
        self.quiz, self.staff = quiz, staff
        self._numbers = itertools.count(1)

    def _attempts(self, **wanted: Any) -> list[Attempt]:
        return [fresh(each) for each in Attempt.objects.filter(quiz=self.quiz, **wanted).order_by("pk")]

    def _hand_in(self, **answers: Any) -> None:
        graded(self.quiz, EnrolmentFactory(course=self.quiz.activity.course), **answers)

    def a_right_attempt(self) -> None:
        self._hand_in()

    def a_wrong_attempt(self) -> None:
        self._hand_in(answers=choosing(self.quiz, 1))

    def an_empty_attempt(self) -> None:
        self._hand_in(answers={})

    def a_near_miss(self) -> None:
        short = self.quiz.questions.get(key="short").uuid
        self._hand_in(answers={**choosing(self.quiz, 2, "q1"), short: {"text": "데이터 드리프드"}})

    def a_second_attempt(self) -> None:
        if first := Attempt.objects.filter(quiz=self.quiz, number=1).order_by("pk").first():
            enrolment = Enrolment.objects.get(pk=first.enrolment_id)
            if Attempt.objects.filter(enrolment=enrolment).count() == 1:
                graded(self.quiz, enrolment)

    def a_decision_by_a_person(self) -> None:
        for attempt in self._attempts(status=Attempt.Status.NEEDS_REVIEW)[:1]:
            question = question_of(attempt, "short_answer")
            points = Decimal(next(self._numbers) % 2)
            decision = manual.Decision(points, {}, "")
            manual.record_reviews(attempt=attempt, decisions={question: decision}, reviewer=self.staff, now=LATER)

    def an_accepted_late_answer(self) -> None:
        for attempt in self._attempts(status=Attempt.Status.GRADED)[:1]:
            question = self.quiz.questions.get(key="q0").uuid
            index = next(self._numbers) % 3
            late = LateAnswer.objects.create(
                attempt=attempt, question=question, response=choosing(self.quiz, index)[question], received_at=LATER
            )
            late = LateAnswer.objects.select_related("attempt__quiz__activity", "attempt__enrolment").get(pk=late.pk)
            late_answers.accept_late_answer(late=late, actor=self.staff, now=LATER)

    def a_regrade(self) -> None:
        question = self.quiz.questions.get(key="q0")
        right = f"q0-{1 + next(self._numbers) % 2}"
        question.choices.update(is_correct=False)
        question.choices.filter(key=right).update(is_correct=True)
        self._regrade()

    def a_regrade_with_other_points(self) -> None:
        self.quiz.questions.filter(key="q1").update(points=2 + next(self._numbers) % 3)
        self._regrade()

    def _regrade(self) -> None:
        publish(self.quiz)
        try:
            regrade = regrading.propose(quiz=self.quiz, actor=self.staff, now=LATER)
        except regrading.NothingToRegrade:
            return
        approve(regrade, self.staff)
        run(regrade)

    def a_deleted_attempt(self) -> None:
        for attempt in self._attempts()[-1:]:
            attempt.delete()

    def an_erased_student(self) -> None:
        if enrolment := Enrolment.objects.filter(course=self.quiz.activity.course).order_by("pk").first():
            enrolment.user.delete()


STEPS: list[Callable[[History], None]] = [
    step for name, step in vars(History).items() if not name.startswith("_") and callable(step)
]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=9))
@example(steps=[History.a_near_miss, History.a_decision_by_a_person, History.an_erased_student])
def test_the_kept_sums_follow_everything_that_happens_to_an_attempt(
    ines: User, steps: list[Callable[[History], None]]
) -> None:
    quiz = make_quiz()
    history = History(quiz, ines)
    for step in steps:
        step(history)
        # What was deleted has left the sums at once, and the rest is counted by the worker.
        assert recounting.recount(quiz.pk, only_compare=True) == 0, step.__name__
        counting.count_graded()
        assert recounting.recount(quiz.pk, only_compare=True) == 0, step.__name__
        assert counting.find_miscounted(quiz.pk) == [], step.__name__
    assert recounting.compute(quiz.pk) == count_slowly(quiz.pk)


def test_every_step_changes_what_is_counted(quiz: Quiz, ines: User) -> None:
    """Otherwise the property above would say little."""
    history = History(quiz, ines)
    history.a_near_miss()
    history.a_wrong_attempt()
    counting.count_graded()
    for name in ("a_decision_by_a_person", "an_accepted_late_answer", "a_regrade", "a_regrade_with_other_points"):
        before = recounting.compute(quiz.pk)
        getattr(history, name)()
        counting.count_graded()
        assert recounting.compute(quiz.pk) != before, name


def test_a_deleted_attempt_leaves_the_sums_and_outdates_the_summary(quiz: Quiz) -> None:
    attempt = graded(quiz, EnrolmentFactory(course=quiz.activity.course))
    counting.count_graded()
    QuizSummary.objects.update(is_outdated=False)
    attempt.delete()
    assert not ItemTally.objects.exists()
    assert not PairTally.objects.exists()
    assert not CountedAttempt.objects.exists()
    assert QuizSummary.objects.get().is_outdated


@pytest.mark.parametrize("broken", ["a response is lost", "a response is changed", "a grading was never counted"])
def test_what_was_not_counted_is_found_and_counted_again(
    quiz: Quiz, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "LOOK_BACK", 0)
    attempts = [graded(quiz, EnrolmentFactory(course=quiz.activity.course)) for _ in range(3)]
    counting.count_graded()
    right = recounting.compute(quiz.pk)
    of_first = ItemResponse.objects.filter(counted=attempts[0].pk).order_by("pk")
    if broken == "a response is lost":
        of_first[0].delete()
    elif broken == "a response is changed":
        of_first.update(points=7)
    else:
        CountedAttempt.objects.filter(attempt=attempts[0]).delete()
    assert counting.find_miscounted(quiz.pk) == [attempts[0].pk]
    with pytest.raises(SystemExit):
        call_command("recount_items", check=True)
    assert recounting.recount_all(with_gradings=True) > 0
    assert recounting.compute(quiz.pk) == right
    call_command("recount_items", check=True)


def test_a_grading_that_the_next_run_counts_is_no_fault(quiz: Quiz) -> None:
    graded(quiz, EnrolmentFactory(course=quiz.activity.course))
    call_command("recount_items", check=True)


def test_computing_anew_takes_the_same_queries_for_two_and_for_many(quiz: Quiz) -> None:
    counts = []
    for students in (2, 6):
        for _ in range(students):
            graded(quiz, EnrolmentFactory(course=quiz.activity.course))
        counting.count_graded()
        with CaptureQueriesContext(connection) as queries:
            recounting.compute(quiz.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]
