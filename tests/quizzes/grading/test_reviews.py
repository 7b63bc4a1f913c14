"""Reviews: what is stored for a manual decision, and which decisions are new ones."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from courses.models import Enrolment, GradeChange
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import manual, scoring
from quizzes.grading.models import AttemptGrade, GradeNotice, Review
from quizzes.taking import start
from tests.quizzes import every_kind
from tests.quizzes.graded import NOW, graded, of_every_kind, question_of
from tests.quizzes.refusals import assert_refused

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def waiting(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """A graded attempt whose hand-in waits for a person; 13 of 17 points without it."""
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    started = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return graded(quiz, enrolment, of_every_kind(started))


def decide(attempt: Attempt, points: str, by: User, **more: Any) -> AttemptGrade | None:
    """Give the hand-in these points."""
    decision = manual.Decision(Decimal(points), {"c": points}, "Seen")
    return manual.record_reviews(
        attempt=attempt, decisions={question_of(attempt, "hand_in"): decision}, reviewer=by, now=LATER, **more
    )


def test_an_attempt_with_a_pending_question_has_no_points(waiting: Attempt) -> None:
    assert waiting.status == Attempt.Status.NEEDS_REVIEW
    assert waiting.points is None
    assert waiting.graded_at is None
    assert waiting.max_points == 17


def test_a_pending_grading_is_stored_and_not_recorded_in_the_gradebook(waiting: Attempt) -> None:
    grade = waiting.grades.get()
    assert scoring.is_pending(grade)
    assert grade.max_points == 17
    assert manual.pending_questions(waiting) == [question_of(waiting, "hand_in")]
    assert not GradeChange.objects.exists()


def test_a_review_stores_the_decision(waiting: Attempt, ines: User) -> None:
    decide(waiting, "3", ines)
    review = Review.objects.get()
    assert review.attempt == waiting
    assert review.question == question_of(waiting, "hand_in")
    assert review.reviewer == ines
    assert review.points == 3
    assert review.criteria == {"c": "3"}
    assert review.comment == "Seen"
    assert review.at == LATER


def test_a_review_makes_a_new_grading(waiting: Attempt, ines: User) -> None:
    grade = decide(waiting, "3", ines)
    assert grade is not None
    assert grade.last_review == Review.objects.get()
    assert grade.reason == manual.REVIEWED_REASON
    assert grade.actor == ines
    assert grade.at == LATER
    assert grade.details[str(question_of(waiting, "hand_in"))] == {
        "points": "3.00",
        "max_points": "4.00",
        "outcome": "partial",
        "rule": "by-person",
        "matched": "",
    }
    assert manual.pending_questions(waiting) == []


def test_the_first_complete_grade_is_no_regrade_and_sends_no_notice(waiting: Attempt, ines: User) -> None:
    decide(waiting, "3", ines)
    change = GradeChange.objects.get()
    assert change.reason == GradeChange.Reason.GRADED
    assert change.revision == 2
    assert change.points == 16
    assert not GradeNotice.objects.exists()


def test_the_same_decision_by_another_reviewer_is_not_stored(waiting: Attempt, ines: User, otto: User) -> None:
    decide(waiting, "3", ines)
    assert decide(waiting, "3", otto, seen=0) is None
    assert Review.objects.count() == 1


def test_a_decision_made_without_seeing_the_last_one_is_refused(waiting: Attempt, ines: User, otto: User) -> None:
    decide(waiting, "3", ines)
    assert_refused(
        partial(decide, waiting, "2", otto, seen=Review.objects.get().pk - 1),
        error=manual.ReviewOvertaken,
        message="Somebody else has graded this in the meantime. Look at it again.",
    )


def test_a_decision_made_after_seeing_the_last_one_replaces_it(waiting: Attempt, ines: User, otto: User) -> None:
    decide(waiting, "3", ines)
    assert decide(waiting, "2", otto, seen=Review.objects.get().pk) is not None


def test_a_decision_that_names_no_review_replaces_the_last_one(waiting: Attempt, ines: User, otto: User) -> None:
    decide(waiting, "3", ines)
    assert decide(waiting, "1", otto) is not None


@pytest.mark.parametrize("change", [{"points": Decimal(2)}, {"criteria": {"c": "x"}}, {"comment": "x"}])
def test_a_decision_is_new_if_any_part_differs(waiting: Attempt, otto: User, change: dict[str, Any]) -> None:
    decide(waiting, "1", otto)
    decision = manual.Decision(**{"points": Decimal(1), "criteria": {"c": "1"}, "comment": "Seen", **change})
    manual.record_reviews(
        attempt=waiting, decisions={question_of(waiting, "hand_in"): decision}, reviewer=otto, now=LATER
    )
    assert Review.objects.count() == 2


def test_an_unchanged_decision_does_not_stop_the_next_one(waiting: Attempt, ines: User) -> None:
    decide(waiting, "3", ines)
    decisions = {
        question_of(waiting, "hand_in"): manual.Decision(Decimal(3), {"c": "3"}, "Seen"),
        question_of(waiting, "numeric"): manual.Decision(Decimal(1), {}),
    }
    manual.record_reviews(attempt=waiting, decisions=decisions, reviewer=ines, now=LATER)
    first, second = Review.objects.all()
    assert first.question == question_of(waiting, "hand_in")
    assert second.question == question_of(waiting, "numeric")
    assert second.comment == ""
