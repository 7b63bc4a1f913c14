"""Accept and decline late answers, and reduce late deductions after an override."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from accounts.models import User
from courses.models import Enrolment
from operations.verify import grades
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.grading import automatic, late_answers
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.taking import deadline, start, submit
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, right_answers
from tests.quizzes.graded import NOW, choosing, fresh, graded, question_of
from tests.quizzes.refusals import assert_refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)


def late(attempt: Attempt, kind: str, response: dict[str, Any]) -> LateAnswer:
    row = LateAnswer.objects.create(
        attempt=attempt, question=question_of(attempt, kind), response=response, received_at=LATER
    )
    return LateAnswer.objects.select_related("attempt__quiz__activity", "attempt__enrolment", "attempt__version").get(
        pk=row.pk
    )


def test_an_accepted_late_answer_counts(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = graded(quiz, enrolment, choosing(quiz, 1))
    row = late(attempt, "single_choice", choosing(quiz, 0)[question_of(attempt, "single_choice")])
    for _ in range(2):
        late_answers.accept_late_answer(late=row, actor=ines, now=LATER)
    assert fresh(attempt).points == 3
    grade = attempt.grades.latest("revision")
    assert grade.revision == 2
    assert grade.actor == ines
    assert grade.why == "A late answer was accepted."
    assert GradeNotice.objects.get().old_points == 2
    assert list(grades.find_differences()) == []


def test_an_accepted_late_answer_that_lowers_the_grade_sends_a_notice(
    quiz: Quiz, enrolment: Enrolment, ines: User
) -> None:
    attempt = graded(quiz, enrolment)
    late_answers.accept_late_answer(late=late(attempt, "short_answer", {"text": "?"}), actor=ines, now=LATER)
    notice = GradeNotice.objects.get()
    assert notice.old_points == 3
    assert notice.grade.points == 2


def test_a_declined_late_answer_does_not_count(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = graded(quiz, enrolment)
    row = late(attempt, "short_answer", {"text": "?"})
    assert late_answers.decline_late_answer(late=row, actor=ines, now=LATER)
    assert not late_answers.decline_late_answer(late=row, actor=ines, now=LATER)
    late_answers.accept_late_answer(late=row, actor=ines, now=LATER)
    row.refresh_from_db()
    assert row.verdict == "declined"
    assert row.decided_by == ines
    assert fresh(attempt).points == 3


def test_a_late_answer_to_an_ungraded_attempt_stays_open(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    with pytest.raises(late_answers.NothingToAccept):
        late_answers.accept_late_answer(late=late(attempt, "short_answer", {"text": "?"}), actor=ines, now=LATER)
    assert LateAnswer.objects.get().verdict == "open"


def test_reasons_given_by_the_site_are_in_the_readers_language(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = graded(quiz, enrolment)
    with translation.override("ko"):
        late_answers.accept_late_answer(late=late(attempt, "short_answer", {"text": "?"}), actor=ines, now=LATER)
    grade = attempt.grades.latest("revision")
    assert grade.why == "A late answer was accepted."
    with translation.override("ko"):
        assert grade.why == "늦게 도착한 답이 인정되었어요."
    assert attempt.grades.earliest("revision").why == ""


@pytest.fixture
def two_late(quiz: Quiz, enrolment: Enrolment) -> tuple[LateAnswer, LateAnswer]:
    """Late answers of two students to the same question; the attempts wait for grading."""
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=10)
    quiz.refresh_from_db()
    short: UUID = quiz.questions.get(key="short").uuid
    for student in (enrolment, EnrolmentFactory(course=enrolment.course)):
        attempt = start.start(quiz=quiz, enrolment=student, now=NOW)
        with pytest.raises(deadline.DeadlinePassed):
            submit.submit(attempt=attempt, answers={short: {"text": "data drift"}}, now=LATER)
    first, second = LateAnswer.objects.select_related("attempt__quiz__activity", "attempt__enrolment").order_by("pk")
    return first, second


def test_a_late_answer_cannot_be_accepted_before_the_attempt_is_graded(
    two_late: tuple[LateAnswer, LateAnswer], ines: User
) -> None:
    assert_refused(
        partial(late_answers.accept_late_answer, late=two_late[0], actor=ines, now=LATER),
        error=late_answers.NothingToAccept,
        message="The attempt is not graded yet.",
    )


def test_accepting_decides_on_one_late_answer_only(two_late: tuple[LateAnswer, LateAnswer], ines: User) -> None:
    late, other = two_late
    for each in two_late:
        automatic.grade_attempt(attempt_id=each.attempt_id, now=LATER)
    late_answers.accept_late_answer(late=late, actor=ines, now=LATER + DAY)
    late.refresh_from_db()
    other.refresh_from_db()
    assert late.verdict == LateAnswer.Verdict.ACCEPTED
    assert late.decided_by == ines
    assert late.decided_at == LATER + DAY
    assert other.verdict == LateAnswer.Verdict.OPEN
    assert other.decided_by is None
    assert other.decided_at is None
    grade = AttemptGrade.objects.get(revision=2)
    assert grade.attempt == late.attempt
    assert grade.actor == ines
    assert grade.reason == late_answers.LATE_ACCEPTED_REASON


def test_declining_records_who_and_when(two_late: tuple[LateAnswer, LateAnswer], otto: User) -> None:
    declined, other = two_late
    late_answers.decline_late_answer(late=declined, actor=otto, now=LATER)
    declined.refresh_from_db()
    other.refresh_from_db()
    assert declined.verdict == LateAnswer.Verdict.DECLINED
    assert declined.decided_by == otto
    assert declined.decided_at == LATER
    assert other.verdict == LateAnswer.Verdict.OPEN


# --- late deductions ------------------------------------------------------------------------------------------


@pytest.fixture
def deducting(quiz: Quiz) -> Quiz:
    """10 percent are taken off for each day after the due date."""
    Quiz.objects.update(due_at=NOW, late_rule=Quiz.LateRule.DEDUCT, late_deduction=10, attempts_allowed=None)
    quiz.refresh_from_db()
    return quiz


def submitted_late(quiz: Quiz, enrolment: Enrolment, days: float) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return submit.submit(attempt=attempt, answers=right_answers(quiz), now=NOW + days * DAY)


def move_due_date(quiz: Quiz, enrolment: Enrolment, actor: User) -> int:
    """Give the student 0.6 days more."""
    QuizOverride.objects.update_or_create(
        quiz=quiz, enrolment=enrolment, defaults={"due_at": NOW + 0.6 * DAY, "reason": "ill"}
    )
    return late_answers.reduce_late_deductions(quiz=quiz, enrolment=enrolment, reason="Ill", actor=actor, now=LATER)


def test_a_later_due_date_reduces_the_deduction_and_regrades(deducting: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = submitted_late(deducting, enrolment, 2.5)
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    assert move_due_date(deducting, enrolment, ines) == 1
    attempt.refresh_from_db()
    assert attempt.late_deduction == 20
    assert attempt.due_at == NOW + 0.6 * DAY
    grade = AttemptGrade.objects.get(attempt=attempt, revision=2)
    assert grade.reason == "Ill"
    assert grade.actor == ines
    assert grade.at == LATER


def test_an_attempt_that_is_no_longer_late_loses_its_deduction(
    deducting: Quiz, enrolment: Enrolment, ines: User
) -> None:
    attempt = submitted_late(deducting, enrolment, 0.5)
    Attempt.objects.update(late_deduction=1)
    assert move_due_date(deducting, enrolment, ines) == 1
    attempt.refresh_from_db()
    assert attempt.late_deduction == 0
    assert attempt.due_at == NOW + 0.6 * DAY


def test_a_deduction_is_never_raised_and_the_next_attempt_is_still_reduced(
    deducting: Quiz, enrolment: Enrolment, ines: User
) -> None:
    reduced, late = (submitted_late(deducting, enrolment, days) for days in (1, 2.5))
    Attempt.objects.filter(pk=reduced.pk).update(late_deduction=1)
    assert move_due_date(deducting, enrolment, ines) == 1
    reduced.refresh_from_db()
    late.refresh_from_db()
    assert reduced.late_deduction == 1
    assert reduced.due_at == NOW
    assert late.late_deduction == 20


def test_reducing_deductions_is_idempotent(deducting: Quiz, enrolment: Enrolment, ines: User) -> None:
    submitted_late(deducting, enrolment, 2.5)
    assert move_due_date(deducting, enrolment, ines) == 1
    assert move_due_date(deducting, enrolment, ines) == 0


def test_several_attempts_are_reduced_and_counted(deducting: Quiz, enrolment: Enrolment, ines: User) -> None:
    late, slightly_late = (submitted_late(deducting, enrolment, days) for days in (2.5, 0.7))
    assert move_due_date(deducting, enrolment, ines) == 1
    Attempt.objects.update(late_deduction=50)
    assert move_due_date(deducting, enrolment, ines) == 2
    late.refresh_from_db()
    slightly_late.refresh_from_db()
    assert late.late_deduction == 20
    assert slightly_late.late_deduction == 10


def test_other_students_and_other_quizzes_keep_their_deductions(
    deducting: Quiz, enrolment: Enrolment, ines: User
) -> None:
    second = QuizFactory(activity=ActivityFactory(module=deducting.activity.module, kind="quiz", code=""))
    Quiz.objects.filter(pk=second.pk).update(due_at=NOW, late_rule=Quiz.LateRule.DEDUCT, late_deduction=10)
    second.refresh_from_db()
    others = [
        submitted_late(second, enrolment, 2.5),
        submitted_late(deducting, EnrolmentFactory(course=enrolment.course), 2.5),
    ]
    assert move_due_date(deducting, enrolment, ines) == 0
    for other in others:
        other.refresh_from_db()
        assert other.late_deduction == 30
        assert other.due_at == NOW
