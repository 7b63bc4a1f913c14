"""Grade attempts once, whatever happens to the graders."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import OperationalError
from structlog.testing import capture_logs

from accounts.models import User
from courses.models import AppendOnlyError, Enrolment, GradeChange
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing, versions
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import automatic, late_answers, regrading, scoring
from quizzes.grading.models import AttemptGrade
from quizzes.taking import start, submit
from quizzes.verify import grades
from tests.factories import EnrolmentFactory, right_answers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def submitted(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return submit.submit(attempt=attempt, answers=right_answers(quiz), now=NOW)


def test_grading_twice_is_one_grade(submitted: Attempt) -> None:
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    assert not automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    assert AttemptGrade.objects.count() == GradeChange.objects.count() == 1
    submitted.refresh_from_db()
    assert (submitted.status, submitted.points, submitted.lease_until) == (Attempt.Status.GRADED, 3, None)


def test_an_open_attempt_is_not_graded(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    assert not automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)


def test_an_attempt_that_is_gone_is_nobodys_error(db: None) -> None:
    assert not automatic.grade_attempt(attempt_id=12345, now=NOW)


def test_a_claimed_attempt_is_left_to_its_grader_until_the_lease_ends(submitted: Attempt) -> None:
    assert automatic._claim(submitted.pk, NOW) == 1
    assert not automatic.grade_attempt(attempt_id=submitted.pk, now=NOW + timedelta(seconds=1))
    after = NOW + timedelta(seconds=settings.GRADING_LEASE)
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=after)
    submitted.refresh_from_db()
    assert submitted.grading_attempts == 2


def test_a_grader_that_lost_its_lease_changes_nothing(submitted: Attempt) -> None:
    first = automatic._claim(submitted.pk, NOW)
    assert first == 1
    graded = scoring.compute_grading(Attempt.objects.select_related("version").get(pk=submitted.pk))
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=NOW + timedelta(seconds=settings.GRADING_LEASE))
    assert not automatic._finish(submitted, first, graded, NOW)
    assert AttemptGrade.objects.count() == 1


def test_an_error_in_grading_leaves_the_row_for_another_try(submitted: Attempt) -> None:
    AnswerKey.objects.all().delete()
    with pytest.raises(AnswerKey.DoesNotExist):
        automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    submitted.refresh_from_db()
    assert submitted.status == Attempt.Status.GRADING
    assert submitted.points is None


def test_the_sweep_hands_over_what_failed_too_often(submitted: Attempt) -> None:
    Attempt.objects.update(
        status=Attempt.Status.GRADING, grading_attempts=automatic.MAX_GRADING_ATTEMPTS, lease_until=NOW
    )
    with capture_logs() as logged:
        assert automatic.sweep(now=NOW) == automatic.Sweep(queued=0, given_up=1)
        assert automatic.sweep(now=NOW) == automatic.Sweep(queued=0, given_up=0)
    assert logged == [{"event": "attempts_need_attention", "count": 1, "log_level": "error"}]
    submitted.refresh_from_db()
    assert submitted.status == Attempt.Status.NEEDS_ATTENTION
    assert automatic.retry_grading(attempt=submitted)
    assert not automatic.retry_grading(attempt=submitted)
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)


def test_the_sweep_rings_for_what_waited_and_for_dead_graders_only(submitted: Attempt) -> None:
    assert automatic.sweep(now=NOW + timedelta(seconds=9)).queued == 0
    assert automatic.sweep(now=NOW + timedelta(seconds=10)).queued == 1
    automatic._claim(submitted.pk, NOW + timedelta(seconds=10))
    assert automatic.sweep(now=NOW + timedelta(seconds=20)).queued == 0
    assert automatic.sweep(now=NOW + timedelta(seconds=10 + settings.GRADING_LEASE)).queued == 1


def test_a_grade_cannot_be_edited_or_deleted(submitted: Attempt) -> None:
    automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    for row in (AttemptGrade.objects.get(), GradeChange.objects.get()):
        row.points = 0
        with pytest.raises(AppendOnlyError):
            row.save()
        with pytest.raises(AppendOnlyError):
            row.delete()


def test_a_retry_does_not_give_an_old_grader_its_claim_back(submitted: Attempt) -> None:
    """A retry resets `grading_attempts`, so the same token is given out twice."""
    assert automatic._claim(submitted.pk, NOW) == 1
    sleeper = Attempt.objects.select_related("version", "quiz__activity", "enrolment").get(pk=submitted.pk)
    graded = scoring.compute_grading(sleeper)
    Attempt.objects.update(status=Attempt.Status.NEEDS_ATTENTION, lease_until=None)
    automatic.retry_grading(attempt=submitted)
    assert automatic._claim(submitted.pk, NOW + timedelta(hours=1)) == 1
    assert not automatic._finish(sleeper, 1, graded, NOW + timedelta(hours=1))


def test_lateness_forgiven_during_grading_is_not_lost(submitted: Attempt, ines: User) -> None:
    Attempt.objects.update(late_deduction=10, due_at=NOW - timedelta(hours=1))
    assert automatic._claim(submitted.pk, NOW) == 1
    held = Attempt.objects.select_related("version", "quiz__activity", "enrolment").get(pk=submitted.pk)
    graded = scoring.compute_grading(held)
    Quiz.objects.update(late_rule=Quiz.LateRule.DEDUCT, due_at=NOW + timedelta(days=1))
    quiz = Quiz.objects.select_related("activity").get()
    late_answers.reduce_late_deductions(quiz=quiz, enrolment=held.enrolment, reason="Ill", actor=ines, now=NOW)
    assert not automatic._finish(held, 1, graded, NOW)
    assert automatic.grade_attempt(attempt_id=held.pk, now=NOW + timedelta(seconds=settings.GRADING_LEASE))
    assert AttemptGrade.objects.get().points == 3
    assert list(grades.find_differences()) == []


def test_what_changes_while_it_is_graded(submitted: Attempt, ines: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deduction that is taken off meanwhile: graded again at once. Another grader that took it over: left to that one."""
    key_of = versions.get_answer_key
    meanwhile: list[Any] = []

    def slowly(*arguments: Any) -> Any:
        key = key_of(*arguments)
        while meanwhile:
            meanwhile.pop()()
        return key

    monkeypatch.setattr(versions, "get_answer_key", slowly)
    Attempt.objects.update(late_deduction=10)
    meanwhile.append(lambda: Attempt.objects.update(late_deduction=0))
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    assert AttemptGrade.objects.get().points == 3
    second = start.start(quiz=submitted.quiz, enrolment=submitted.enrolment, now=NOW)
    submit.submit(attempt=second, now=NOW)
    after = NOW + timedelta(seconds=settings.GRADING_LEASE)
    meanwhile.append(lambda: automatic.grade_attempt(attempt_id=second.pk, now=after))
    with capture_logs() as logged:
        assert not automatic.grade_attempt(attempt_id=second.pk, now=NOW)
    assert AttemptGrade.objects.filter(attempt=second).get().at == after
    assert logged == [{"event": "grading_lease_lost", "attempt": str(second.uuid), "log_level": "warning"}]


def test_a_regrade_does_nothing_but_what_was_approved(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    """The deduction was taken off a grade of 0 in between: no new revision, and yet the regrade would do another thing."""
    short = quiz.questions.get(key="short")
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    submit.submit(attempt=attempt, answers={short.uuid: {"text": "median"}}, now=NOW)
    Attempt.objects.update(late_deduction=10, due_at=NOW - timedelta(hours=1))
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    short.answers.filter(is_correct=True).update(text="median")
    publishing.publish(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=NOW)
    regrading.approve(regrade=regrade, reason="A better key", actor=ines, now=NOW)
    Quiz.objects.update(late_rule=Quiz.LateRule.DEDUCT, due_at=NOW + timedelta(days=1))
    quiz.refresh_from_db()
    late_answers.reduce_late_deductions(quiz=quiz, enrolment=enrolment, reason="Ill", actor=ines, now=NOW)
    regrading.run(regrade_id=regrade.pk, now=NOW)
    line = regrade.lines.get()
    assert (line.new_points, line.is_overtaken, line.applied_at) == (Decimal("0.90"), True, None)
    assert AttemptGrade.objects.get().points == 0


def test_one_that_cannot_be_graded_keeps_no_other_from_its_grade(
    quiz: Quiz, submitted: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    students = [EnrolmentFactory(course=submitted.enrolment.course) for _ in range(2)]
    others = [start.start(quiz=quiz, enrolment=student, now=NOW) for student in students]
    for other in others:
        submit.submit(attempt=other, now=NOW)
    ids = [others[0].pk, submitted.pk, others[1].pk]
    grade_one = scoring.compute_grading

    def fail(attempt: Attempt, **options: Any) -> scoring.Grading:
        if attempt.pk == submitted.pk:
            raise ValueError("A part that nobody thought of.")
        return grade_one(attempt, **options)

    monkeypatch.setattr(automatic, "compute_grading", fail)
    with capture_logs() as logged:
        assert automatic.grade_attempts(attempt_ids=ids, now=NOW) == 2
    [line] = logged
    assert (line["event"], line["attempt"], line["log_level"]) == ("grading_failed", submitted.pk, "error")
    assert [Attempt.objects.get(pk=pk).status for pk in ids] == ["graded", "grading", "graded"]
    assert automatic.grade_attempts(attempt_ids=ids, now=NOW) == 0


@pytest.mark.parametrize("why", [OperationalError("The database is gone."), SoftTimeLimitExceeded()])
def test_what_would_meet_the_others_as_well_ends_the_task(
    submitted: Attempt, why: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise why

    monkeypatch.setattr(automatic, "compute_grading", fail)
    with pytest.raises(type(why)):
        automatic.grade_attempts(attempt_ids=[submitted.pk, 12345], now=NOW)
