"""What a new key changes besides the points of one question: maximum, percentages, notices."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from courses import gradebook
from courses.models import Course, Enrolment, GradeChange, GradeItem
from operations.verify import grades
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import manual, regrading, revisions
from quizzes.grading.models import GradeNotice, Regrade, RegradeLine
from quizzes.taking import start
from tests.factories import EnrolmentFactory, add_short_answer
from tests.quizzes import every_kind
from tests.quizzes.graded import NOW, choosing, fresh, graded, of_every_kind, other_choice_right, publish, question_of
from tests.quizzes.grading.regrades import LATER, approve, run

pytestmark = pytest.mark.django_db
Direction = RegradeLine.Direction


class TestWhatElseChanges:
    def regraded(self, quiz: Quiz, ines: User) -> Regrade:
        regrade = regrading.propose(quiz=quiz, actor=ines, now=LATER)
        approve(regrade, ines)
        run(regrade)
        assert list(grades.find_differences()) == []
        return regrade

    def test_a_question_worth_more_points_lowers_the_percentage(
        self, quiz: Quiz, enrolment: Enrolment, ines: User
    ) -> None:
        """The points stay the same and the maximum rises."""
        attempt = graded(quiz, enrolment, choosing(quiz, 1))
        quiz.questions.filter(key="q0").update(points=5)
        publish(quiz)
        [line] = self.regraded(quiz, ines).lines.all()
        assert line.old_points == 2
        assert line.old_max_points == 3
        assert line.new_points == 2
        assert line.new_max_points == 7
        assert line.direction == Direction.FALLS
        assert fresh(attempt).points == 2
        assert fresh(attempt).max_points == 7

    def test_a_removed_question_is_graded_by_its_old_key(self, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
        attempt = graded(quiz, enrolment, choosing(quiz, 1))
        quiz.questions.filter(key="q1").update(archived_at=NOW)
        other_choice_right(quiz)
        self.regraded(quiz, ines)
        assert fresh(attempt).points == 3
        assert fresh(attempt).max_points == 3

    def test_a_question_whose_kind_changed_is_graded_by_its_old_key(
        self, quiz: Quiz, enrolment: Enrolment, ines: User
    ) -> None:
        """The answer has the form of the old kind."""
        attempt = graded(quiz, enrolment, choosing(quiz, 1))
        quiz.questions.filter(key="q1").update(kind="multiple_choice")
        other_choice_right(quiz)
        self.regraded(quiz, ines)
        assert fresh(attempt).points == 3
        assert fresh(attempt).max_points == 3

    def test_a_question_added_later_changes_no_submitted_attempt(
        self, quiz: Quiz, enrolment: Enrolment, ines: User
    ) -> None:
        graded(quiz, enrolment)
        add_short_answer(quiz, "added", ["x"])
        publish(quiz)
        with pytest.raises(regrading.NothingToRegrade):
            regrading.propose(quiz=quiz, actor=ines, now=LATER)

    def test_the_late_deduction_is_kept(self, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
        attempt = graded(quiz, enrolment, choosing(quiz, 1))
        Attempt.objects.update(late_deduction=10)
        revisions.regrade_attempt(attempt=attempt, now=NOW)
        assert fresh(attempt).points == Decimal("1.8")
        other_choice_right(quiz)
        [line] = self.regraded(quiz, ines).lines.all()
        assert line.old_points == Decimal("1.8")
        assert line.new_points == Decimal("2.7")
        assert fresh(attempt).points == Decimal("2.7")
        assert attempt.grades.latest("revision").late_deduction == 10

    def test_a_review_takes_precedence_over_the_new_key(self, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
        attempt = graded(quiz, enrolment)
        question = question_of(attempt, "short_answer")
        decision = manual.Decision(Decimal("0.5"), {}, "")
        manual.record_reviews(attempt=attempt, decisions={question: decision}, reviewer=ines, now=NOW)
        quiz.questions.get(key="short").answers.filter(is_correct=True).update(text="Something else")
        other_choice_right(quiz)
        self.regraded(quiz, ines)
        assert fresh(attempt).points == Decimal("1.5")

    @pytest.mark.parametrize(("to", "direction"), [("reject", Direction.GRADED), ("review", Direction.PENDING)])
    def test_a_changed_rule_for_near_misses_makes_a_grade_pending_or_complete(
        self, quiz: Quiz, enrolment: Enrolment, ines: User, to: str, direction: Direction
    ) -> None:
        of_short = quiz.questions.filter(kind="short_answer")
        of_short.update(definition={"near_misses": "review" if to == "reject" else "reject"})
        publish(quiz)
        answers = {**choosing(quiz, 0), of_short.get().uuid: {"text": "data drfit"}}
        attempt = graded(quiz, enrolment, answers)
        of_short.update(definition={"near_misses": to})
        publish(quiz)
        [line] = self.regraded(quiz, ines).lines.all()
        assert line.direction == direction
        if direction == Direction.GRADED:
            assert fresh(attempt).status == Attempt.Status.GRADED
            assert fresh(attempt).points == 2
            assert GradeChange.objects.get().reason == GradeChange.Reason.GRADED
        else:
            # The earlier grade counts until an instructor decides, so there is no notice.
            assert line.old_percent == 66
            assert line.new_percent == 66
            assert fresh(attempt).status == Attempt.Status.NEEDS_REVIEW
            assert fresh(attempt).points is None
            assert gradebook.compute_item_grade(GradeItem.objects.get(), GradeChange.objects.all()).points == 2
        assert not GradeNotice.objects.exists()

    def test_changes_that_cancel_out_send_no_notice(self, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
        graded(quiz, enrolment, choosing(quiz, 1))
        quiz.questions.get(key="short").answers.filter(is_correct=True).update(text="Something else")
        other_choice_right(quiz)
        [line] = self.regraded(quiz, ines).lines.all()
        assert line.direction == Direction.SAME
        assert len(line.changes) == 2
        assert not GradeNotice.objects.exists()

    def test_every_kind_is_regraded(self, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
        every_kind.fill(quiz)
        started = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
        attempt = graded(quiz, enrolment, of_every_kind(started, hand_in={"text": ""}))
        assert fresh(attempt).points == 13
        quiz.questions.update(points=2)
        quiz.questions.filter(kind="hand_in").update(points=4)
        publish(quiz)
        self.regraded(quiz, ines)
        assert fresh(attempt).points == 14
        assert fresh(attempt).max_points == 18


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worth=st.lists(st.integers(1, 5), min_size=3, max_size=3), chosen=st.integers(0, 2), right=st.integers(0, 2))
def test_a_regrade_keeps_points_within_the_maximum_and_equal_to_the_gradebook(
    quiz: Quiz, course: Course, ines: User, worth: list[int], chosen: int, right: int
) -> None:
    student = EnrolmentFactory(course=course)
    attempt = graded(quiz, student, choosing(quiz, chosen))
    for key, value in zip(("q0", "q1", "short"), worth, strict=True):
        quiz.questions.filter(key=key).update(points=value)
    question = quiz.questions.get(key="q0")
    question.choices.update(is_correct=False)
    question.choices.filter(key=f"q0-{right}").update(is_correct=True)
    publish(quiz)
    try:
        regrade = regrading.propose(quiz=quiz, actor=ines, now=LATER)
    except regrading.NothingToRegrade:
        pass
    else:
        approve(regrade, ines)
        run(regrade)
    attempt = fresh(attempt)
    assert attempt.points is not None
    assert 0 <= attempt.points <= attempt.max_points
    [item_grade] = gradebook.get_item_grades(student)
    assert item_grade.points == attempt.points
    assert item_grade.max_points == attempt.max_points
    assert list(grades.find_differences()) == []
