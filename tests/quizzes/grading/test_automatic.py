"""Grade each attempt once, even if graders die, overlap or fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from operations.verify import grades
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing, versions
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import automatic, late_answers, regrading, scoring
from quizzes.grading.models import AttemptGrade
from quizzes.taking import start, submit
from tests.factories import EnrolmentFactory, right_answers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def submitted(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return submit.submit(attempt=attempt, answers=right_answers(quiz), now=NOW)


def load(attempt: Attempt) -> Attempt:
    """The attempt as a grader reads it."""
    return Attempt.objects.select_related("version", "quiz__activity", "enrolment").get(pk=attempt.pk)


def test_an_attempt_is_graded_once(submitted: Attempt) -> None:
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    assert not automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    assert AttemptGrade.objects.count() == 1
    assert GradeChange.objects.count() == 1
    submitted.refresh_from_db()
    assert submitted.status == Attempt.Status.GRADED
    assert submitted.points == 3
    assert submitted.lease_until is None


def test_an_open_attempt_is_not_graded(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    assert not automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)


def test_an_attempt_that_does_not_exist_is_not_graded(db: None) -> None:
    assert not automatic.grade_attempt(attempt_id=12345, now=NOW)


def test_a_claimed_attempt_is_left_to_its_grader_until_the_lease_ends(submitted: Attempt) -> None:
    assert automatic.claim(submitted.pk, NOW) == 1
    assert not automatic.grade_attempt(attempt_id=submitted.pk, now=NOW + timedelta(seconds=1))
    after = NOW + timedelta(seconds=settings.GRADING_LEASE)
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=after)
    submitted.refresh_from_db()
    assert submitted.grading_attempts == 2


def test_a_grader_that_lost_its_lease_changes_nothing(submitted: Attempt) -> None:
    token = automatic.claim(submitted.pk, NOW)
    assert token == 1
    held = load(submitted)
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=NOW + timedelta(seconds=settings.GRADING_LEASE))
    assert not automatic.finish(held, token, scoring.compute_grading(held), NOW)
    assert AttemptGrade.objects.count() == 1


def test_after_an_error_the_attempt_stays_claimed_without_points(submitted: Attempt) -> None:
    AnswerKey.objects.all().delete()
    with pytest.raises(AnswerKey.DoesNotExist):
        automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    submitted.refresh_from_db()
    assert submitted.status == Attempt.Status.GRADING
    assert submitted.points is None


@pytest.fixture
def failed_too_often(submitted: Attempt) -> Attempt:
    """An attempt whose last allowed grading has failed and whose lease has expired."""
    Attempt.objects.update(
        status=Attempt.Status.GRADING, grading_attempts=automatic.MAX_GRADING_ATTEMPTS, lease_until=NOW
    )
    return submitted


def test_the_sweep_gives_up_and_logs_an_attempt_that_failed_too_often(failed_too_often: Attempt) -> None:
    with capture_logs() as logged:
        assert automatic.sweep(now=NOW) == automatic.Sweep(queued=0, given_up=1)
        assert automatic.sweep(now=NOW) == automatic.Sweep(queued=0, given_up=0)
    assert logged == [{"event": "attempts_need_attention", "count": 1, "log_level": "error"}]
    failed_too_often.refresh_from_db()
    assert failed_too_often.status == Attempt.Status.NEEDS_ATTENTION


def test_an_attempt_that_was_given_up_is_graded_after_a_retry(failed_too_often: Attempt) -> None:
    automatic.sweep(now=NOW)
    assert automatic.retry_grading(attempt=failed_too_often)
    assert not automatic.retry_grading(attempt=failed_too_often)
    assert automatic.grade_attempt(attempt_id=failed_too_often.pk, now=NOW)


def test_the_sweep_enqueues_an_attempt_that_has_waited_ten_seconds(submitted: Attempt) -> None:
    assert automatic.sweep(now=NOW + timedelta(seconds=9)).queued == 0
    assert automatic.sweep(now=NOW + timedelta(seconds=10)).queued == 1


def test_the_sweep_enqueues_a_claimed_attempt_after_its_lease(submitted: Attempt) -> None:
    automatic.claim(submitted.pk, NOW + timedelta(seconds=10))
    assert automatic.sweep(now=NOW + timedelta(seconds=20)).queued == 0
    assert automatic.sweep(now=NOW + timedelta(seconds=10 + settings.GRADING_LEASE)).queued == 1


@pytest.mark.parametrize("model", [AttemptGrade, GradeChange])
def test_a_grade_cannot_be_edited_or_deleted(submitted: Attempt, model: type[AttemptGrade | GradeChange]) -> None:
    automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    row = model.objects.get()
    row.points = 0
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        row.delete()


def test_a_claim_from_before_a_retry_cannot_finish(submitted: Attempt) -> None:
    """A retry resets `grading_attempts`, so the same token is given out twice."""
    assert automatic.claim(submitted.pk, NOW) == 1
    held = load(submitted)
    grading = scoring.compute_grading(held)
    Attempt.objects.update(status=Attempt.Status.NEEDS_ATTENTION, lease_until=None)
    automatic.retry_grading(attempt=submitted)
    assert automatic.claim(submitted.pk, NOW + timedelta(hours=1)) == 1
    assert not automatic.finish(held, 1, grading, NOW + timedelta(hours=1))


def test_a_deduction_reduced_during_grading_is_not_lost(submitted: Attempt, ines: User) -> None:
    Attempt.objects.update(late_deduction=10, due_at=NOW - timedelta(hours=1))
    assert automatic.claim(submitted.pk, NOW) == 1
    held = load(submitted)
    grading = scoring.compute_grading(held)
    Quiz.objects.update(late_rule=Quiz.LateRule.DEDUCT, due_at=NOW + timedelta(days=1))
    quiz = Quiz.objects.select_related("activity").get()
    late_answers.reduce_late_deductions(quiz=quiz, enrolment=held.enrolment, reason="Ill", actor=ines, now=NOW)
    assert not automatic.finish(held, 1, grading, NOW)
    assert automatic.grade_attempt(attempt_id=held.pk, now=NOW + timedelta(seconds=settings.GRADING_LEASE))
    assert AttemptGrade.objects.get().points == 3
    assert list(grades.find_differences()) == []


@pytest.fixture
def during_grading(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """Functions in this list run once, between the claim of the next grading and its end."""
    get_answer_key = versions.get_answer_key
    waiting: list[Callable[[], Any]] = []

    def get_slowly(*arguments: Any) -> Any:
        key = get_answer_key(*arguments)
        while waiting:
            waiting.pop()()
        return key

    monkeypatch.setattr(versions, "get_answer_key", get_slowly)
    return waiting


def test_an_attempt_whose_deduction_changes_during_grading_is_graded_again_at_once(
    submitted: Attempt, during_grading: list[Callable[[], Any]]
) -> None:
    Attempt.objects.update(late_deduction=10)
    during_grading.append(lambda: Attempt.objects.update(late_deduction=0))
    assert automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    assert AttemptGrade.objects.get().points == 3


def test_an_attempt_claimed_by_another_grader_during_grading_is_left_to_it(
    submitted: Attempt, during_grading: list[Callable[[], Any]]
) -> None:
    after = NOW + timedelta(seconds=settings.GRADING_LEASE)
    during_grading.append(lambda: automatic.grade_attempt(attempt_id=submitted.pk, now=after))
    with capture_logs() as logged:
        assert not automatic.grade_attempt(attempt_id=submitted.pk, now=NOW)
    assert AttemptGrade.objects.get().at == after
    assert logged == [{"event": "grading_lease_lost", "attempt": str(submitted.uuid), "log_level": "warning"}]


def test_a_regrade_is_not_applied_if_its_result_is_not_the_approved_one(
    quiz: Quiz, enrolment: Enrolment, ines: User
) -> None:
    """The deduction was removed from a grade of 0: no new revision, but the regrade would now give other points."""
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
    assert line.new_points == Decimal("0.90")
    assert line.is_overtaken
    assert line.applied_at is None
    assert AttemptGrade.objects.get().points == 0


def test_an_error_in_one_attempt_does_not_stop_the_others(
    quiz: Quiz, submitted: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    students = [EnrolmentFactory(course=submitted.enrolment.course) for _ in range(2)]
    others = [start.start(quiz=quiz, enrolment=student, now=NOW) for student in students]
    for other in others:
        submit.submit(attempt=other, now=NOW)
    ids = [others[0].pk, submitted.pk, others[1].pk]
    compute_grading = scoring.compute_grading

    def fail(attempt: Attempt, **options: Any) -> scoring.Grading:
        if attempt.pk == submitted.pk:
            raise ValueError("A part that nobody thought of.")
        return compute_grading(attempt, **options)

    monkeypatch.setattr(automatic, "compute_grading", fail)
    with capture_logs() as logged:
        assert automatic.grade_attempts(attempt_ids=ids, now=NOW) == 2
    [line] = logged
    assert line["event"] == "grading_failed"
    assert line["attempt"] == submitted.pk
    assert line["log_level"] == "error"
    assert [Attempt.objects.get(pk=pk).status for pk in ids] == ["graded", "grading", "graded"]
    assert automatic.grade_attempts(attempt_ids=ids, now=NOW) == 0


@pytest.mark.parametrize(
    "error", [OperationalError("The database is gone."), SoftTimeLimitExceeded()], ids=["database", "time limit"]
)
def test_an_error_that_concerns_every_attempt_ends_the_task(
    submitted: Attempt, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(automatic, "compute_grading", fail)
    with pytest.raises(type(error)):
        automatic.grade_attempts(attempt_ids=[submitted.pk, 12345], now=NOW)


def test_the_attempts_of_a_message_wait_for_the_disk_once(
    quiz: Quiz, submitted: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = start.start(quiz=quiz, enrolment=EnrolmentFactory(course=submitted.enrolment.course), now=NOW)
    submit.submit(attempt=other, now=NOW)
    graded_before_flush = []

    @contextmanager
    def one_flush() -> Iterator[None]:
        yield
        graded_before_flush.append(Attempt.objects.filter(status=Attempt.Status.GRADED).count())

    monkeypatch.setattr(automatic, "one_flush", one_flush)
    assert automatic.grade_attempts(attempt_ids=[submitted.pk, other.pk], now=NOW) == 2
    assert graded_before_flush == [2]
