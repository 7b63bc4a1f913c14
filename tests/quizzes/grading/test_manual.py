"""Manual grading: decisions on parts of an attempt, repeated and conflicting ones, and what the student sees."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from courses import gradebook
from courses.models import Enrolment, GradeChange, GradeItem
from operations.verify import grades
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.grading import late_answers, manual, notices, revisions
from quizzes.grading.models import GradeNotice, Review
from quizzes.results import attempt_results
from quizzes.taking import start
from tests.quizzes import every_kind
from tests.quizzes.graded import NOW, fresh, graded, of_every_kind, publish, question_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def waiting(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """An attempt with two parts that only a person can grade: a hand-in and a near miss."""
    every_kind.fill(quiz)
    quiz.questions.filter(kind="short_answer").update(definition={"near_misses": "review"})
    publish(quiz)
    started = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return graded(quiz, enrolment, of_every_kind(started, short_answer={"text": f"{every_kind.CANARY} acceptde"}))


def decide(attempt: Attempt, kind: str, points: str, comment: str = "", **more: Any) -> Any:
    decision = manual.Decision(Decimal(points), more.pop("criteria", {}), comment)
    return manual.record_reviews(
        attempt=attempt,
        decisions={question_of(attempt, kind): decision},
        reviewer=more.pop("reviewer"),
        now=LATER,
        **more,
    )


def outcomes(attempt: Attempt) -> dict[str, str]:
    shown = attempt_results.get_result(fresh(attempt), now=LATER)
    return {
        question.question["kind"]: question.outcome for question in shown.questions if question.outcome != "correct"
    }


def test_an_attempt_has_no_grade_until_every_part_is_decided(waiting: Attempt, ines: User) -> None:
    assert waiting.status == Attempt.Status.NEEDS_REVIEW
    assert waiting.points is None
    assert outcomes(waiting) == {"short_answer": "pending", "hand_in": "pending"}
    decide(waiting, "hand_in", "3", "Well reasoned", criteria={"x": "3.00"}, reviewer=ines)
    # The student sees the decided part at once.
    assert outcomes(waiting) == {"short_answer": "pending", "hand_in": "partial"}
    shown = attempt_results.get_result(fresh(waiting), now=LATER)
    assert shown.pending == 1
    hand_in = next(question for question in shown.questions if question.question["kind"] == "hand_in")
    assert hand_in.points == "3.00"
    assert hand_in.comment == "Well reasoned"
    assert hand_in.criteria == {"x": "3.00"}
    assert not GradeChange.objects.exists()
    assert manual.pending_questions(waiting) == [question_of(waiting, "short_answer")]
    decide(waiting, "short_answer", "0", reviewer=ines)
    waiting = fresh(waiting)
    assert waiting.status == Attempt.Status.GRADED
    assert waiting.points == 15
    assert waiting.max_points == 17
    change = GradeChange.objects.get()
    # The first complete grade is not a regrade.
    assert change.points == 15
    assert change.reason == GradeChange.Reason.GRADED
    assert change.actor == ines
    assert not GradeNotice.objects.exists()
    assert list(grades.find_differences()) == []


def test_recording_the_same_decision_is_idempotent(waiting: Attempt, ines: User) -> None:
    for _ in range(2):
        decide(waiting, "hand_in", "4", reviewer=ines)
    assert Review.objects.count() == 1
    assert waiting.grades.count() == 2


def test_a_decision_gives_at_most_the_points_of_the_question(waiting: Attempt, ines: User) -> None:
    grade = decide(waiting, "hand_in", "9", reviewer=ines)
    assert grade.details[str(question_of(waiting, "hand_in"))]["points"] == "4.00"


def test_a_decision_that_changes_a_grade_sends_a_notice(
    quiz: Quiz, enrolment: Enrolment, ines: User, mailoutbox: Any
) -> None:
    attempt = graded(quiz, enrolment)
    decide(attempt, "short_answer", "0.5", "Only half of it", reviewer=ines)
    assert fresh(attempt).points == Decimal("2.5")
    assert GradeChange.objects.latest("pk").reason == "regraded"
    notice = GradeNotice.objects.get()
    assert notice.old_points == 3
    assert notice.grade.points == Decimal("2.5")
    assert notices.send_waiting(now=LATER) == 1
    assert "Your instructor has looked at it again." in mailoutbox[0].body
    # A comment alone changes no grade, so there is no notice.
    decide(attempt, "short_answer", "0.5", "Only half of it, see 3-4", reviewer=ines)
    assert GradeNotice.objects.count() == 1
    assert Review.objects.count() == 2
    assert list(grades.find_differences()) == []


def test_a_hand_in_of_files_only_is_pending(quiz: Quiz, enrolment: Enrolment) -> None:
    every_kind.fill(quiz)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    HandInFile.objects.create(
        attempt=attempt, question=question_of(attempt, "hand_in"), name="essay.txt", size=5, sha256="0" * 64,
        file="hand-ins/essay.txt", uploaded_at=NOW,
    )  # fmt: skip
    graded(quiz, enrolment, {})
    assert manual.pending_questions(attempt) == [question_of(attempt, "hand_in")]
    assert list(grades.find_differences()) == []


def test_a_decision_on_a_lesson_check_sends_no_notice(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = graded(quiz, enrolment)
    quiz.activity.kind = "lesson"
    quiz.activity.save()
    decide(fresh(attempt), "short_answer", "0", reviewer=ines)
    assert not GradeNotice.objects.exists()


def test_a_decision_by_a_colleague_is_not_overwritten_unseen(waiting: Attempt, ines: User, otto: User) -> None:
    decide(waiting, "hand_in", "4", reviewer=otto)
    with pytest.raises(manual.ReviewOvertaken):
        decide(waiting, "hand_in", "1", reviewer=ines, seen=0)
    # An equal decision overwrites nothing.
    decide(waiting, "hand_in", "4", reviewer=ines, seen=0)
    decide(waiting, "hand_in", "1", reviewer=ines, seen=Review.objects.get().pk)
    assert list(Review.objects.values_list("points", "reviewer__email")) == [
        (4, "otto@example.com"), (1, "ines@example.com"),
    ]  # fmt: skip


def test_an_attempt_without_a_grading_cannot_be_reviewed(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    assert decide(attempt, "short_answer", "1", reviewer=ines) is None
    assert not Review.objects.exists()


def test_a_review_uses_the_answer_key_of_the_last_grading(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    """After a regrade by another version a review must not bring back the old key."""
    attempt = graded(quiz, enrolment)
    quiz.questions.filter(key="q0").update(points=5)
    version = publish(quiz)
    revisions.regrade_attempt(attempt=attempt, now=LATER, version_id=version.pk)
    decide(attempt, "short_answer", "0", reviewer=ines)
    assert fresh(attempt).points == 6
    assert fresh(attempt).max_points == 7
    assert attempt.grades.latest("revision").version_id == version.pk


def test_a_grade_that_becomes_pending_again_counts_until_it_is_decided(
    quiz: Quiz, enrolment: Enrolment, ines: User
) -> None:
    """A late answer is accepted that only a person can grade. The notice is sent after the decision."""
    quiz.questions.filter(kind="short_answer").update(definition={"near_misses": "review"})
    publish(quiz)
    attempt = graded(quiz, enrolment)
    late = LateAnswer.objects.create(
        attempt=attempt,
        question=question_of(attempt, "short_answer"),
        response={"text": "data drfit"},
        received_at=LATER,
    )
    late_answers.accept_late_answer(late=late, actor=ines, now=LATER)
    assert fresh(attempt).status == Attempt.Status.NEEDS_REVIEW
    assert fresh(attempt).points is None
    item = GradeItem.objects.get()
    assert gradebook.compute_item_grade(item, GradeChange.objects.all()).percent == 100
    assert not GradeNotice.objects.exists()
    decide(fresh(attempt), "short_answer", "0", reviewer=ines)
    notice = GradeNotice.objects.get()
    assert notice.old_points == 3
    assert notice.grade.points == 2
    assert gradebook.compute_item_grade(item, GradeChange.objects.all()).percent == 66
    assert list(grades.find_differences()) == []
