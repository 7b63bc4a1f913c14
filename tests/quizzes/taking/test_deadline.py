"""Deadlines: overdue attempts are submitted, later answers are stored as late answers, overrides move deadlines."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from accounts.models import User
from courses.models import Enrolment, GradeChange
from operations.verify import grades
from quizzes.attempts import queries
from quizzes.attempts.models import Answer, Attempt, LateAnswer
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.grading import automatic, late_answers
from quizzes.grading.models import GradeNotice
from quizzes.taking import deadline, late_arrivals, save, start, submit
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, right_answers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = NOW + timedelta(minutes=10)
GRACE = timedelta(seconds=30)
TICK = timedelta(microseconds=1)


@pytest.fixture
def timed(quiz: Quiz) -> Quiz:
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=10)
    quiz.refresh_from_db()
    return quiz


@pytest.fixture
def attempt(timed: Quiz, enrolment: Enrolment) -> Attempt:
    return start.start(quiz=timed, enrolment=enrolment, now=NOW)


@pytest.fixture
def short(timed: Quiz) -> UUID:
    uuid: UUID = timed.questions.get(key="short").uuid
    return uuid


def save_text(attempt: Attempt, question: UUID, text: str, now: datetime, **how: Any) -> Answer:
    return save.save_answer(attempt=attempt, question=question, response={"text": text}, now=now, **how)


def texts(rows: Any) -> list[str]:
    return [row.response["text"] for row in rows.objects.order_by("id") if "text" in row.response]


# --- The deadline -------------------------------------------------------------------------------------------------


def test_an_answer_counts_until_the_grace_period_is_over(attempt: Attempt, short: UUID) -> None:
    assert attempt.deadline == END
    save_text(attempt, short, "in time", END + GRACE)
    with pytest.raises(deadline.DeadlinePassed):
        save_text(attempt, short, "late", END + GRACE + TICK)
    assert texts(Answer) == ["in time"]
    assert texts(LateAnswer) == ["late"]


def test_the_refusal_is_in_the_readers_language(attempt: Attempt, short: UUID) -> None:
    for language, sentence in (("en", "The time is up."), ("ko", "시간")):
        with translation.override(language), pytest.raises(deadline.DeadlinePassed, match=sentence) as refused:
            save_text(attempt, short, language, END + GRACE + TICK)
        assert refused.value.extra == {"deadline": END, "server_time": END + GRACE + TICK}


def test_the_sweep_submits_an_overdue_attempt_with_its_deadline_as_the_time(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "saved", NOW)
    assert submit.expire_overdue(now=END + GRACE) == 0
    assert submit.expire_overdue(now=END + GRACE + TICK) == 1
    assert submit.expire_overdue(now=END + GRACE + TICK) == 0
    attempt.refresh_from_db()
    assert attempt.status == "submitted"
    assert attempt.submitted_at == END
    assert attempt.is_expired is True
    assert attempt.ran_out is True
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=END + GRACE)
    assert GradeChange.objects.get().source == attempt.uuid


def test_looking_at_an_overdue_attempt_submits_it(attempt: Attempt) -> None:
    assert not submit.expire(attempt=attempt, now=END)
    stale = Attempt.objects.select_related("quiz__activity", "enrolment").get(pk=attempt.pk)
    assert submit.expire(attempt=attempt, now=END + GRACE + TICK)
    # The row was read before the attempt was submitted.
    assert submit.expire(attempt=stale, now=END + GRACE + TICK)
    assert Attempt.objects.get().submitted_at == END


def test_an_attempt_submitted_in_time_does_not_expire(attempt: Attempt) -> None:
    stale = Attempt.objects.select_related("quiz__activity", "enrolment").get(pk=attempt.pk)
    submit.submit(attempt=attempt, now=NOW)
    assert not submit.expire(attempt=stale, now=END + GRACE + TICK)
    assert not Attempt.objects.get().ran_out


def test_a_second_submit_changes_nothing_even_without_a_row_lock(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_row = queries.lock_attempt(attempt)
    submit.submit(attempt=attempt, now=NOW)
    monkeypatch.setattr(queries, "lock_attempt", lambda _attempt: open_row)
    submit.submit(attempt=attempt, now=NOW + timedelta(minutes=1))
    assert Attempt.objects.get().submitted_at == NOW


def test_a_submit_within_the_grace_period_is_in_time(attempt: Attempt, short: UUID) -> None:
    submit.submit(attempt=attempt, answers={short: {"text": "typed"}}, now=END + TICK)
    assert attempt.status == "submitted"
    assert attempt.is_expired is False
    assert attempt.ran_out is True
    assert texts(Answer) == ["typed"]


def test_a_late_submit_submits_the_saved_answers_and_keeps_its_own_as_late_answers(
    attempt: Attempt, timed: Quiz, short: UUID
) -> None:
    save_text(attempt, short, "saved", NOW)
    first = timed.questions.get(key="q0")
    given = {
        short: {"text": "late"},
        first.uuid: {"choice": str(first.choices.all()[0].uuid)},
        # A form also contains unanswered questions.
        timed.questions.get(key="q1").uuid: {"choice": None},
    }
    for _ in range(2):
        with pytest.raises(deadline.DeadlinePassed):
            submit.submit(attempt=attempt, answers=given, now=END + timedelta(hours=1))
    attempt.refresh_from_db()
    assert attempt.status == "submitted"
    assert attempt.submitted_at == END
    assert attempt.is_expired is True
    assert texts(Answer) == ["saved"]
    assert {late.question for late in LateAnswer.objects.all()} == {short, first.uuid}
    # Without answers it is a repeated submit.
    assert submit.submit(attempt=attempt, now=END + timedelta(hours=1)).is_expired


def test_an_answer_that_is_emptied_too_late_is_a_late_answer(attempt: Attempt, short: UUID) -> None:
    save_text(attempt, short, "saved", NOW)
    with pytest.raises(deadline.DeadlinePassed):
        save_text(attempt, short, "", END + timedelta(hours=1))
    assert texts(LateAnswer) == [""]


def test_repeated_late_answers_are_stored_once_and_up_to_a_limit(attempt: Attempt, short: UUID) -> None:
    for text in ("a", "a", "b", "a", *map(str, range(late_arrivals.LATE_ANSWER_LIMIT))):
        with pytest.raises(deadline.DeadlinePassed):
            save_text(attempt, short, text, END + timedelta(hours=1))
    kept = texts(LateAnswer)
    assert kept[:4] == ["a", "b", "a", "0"]
    assert len(kept) == late_arrivals.LATE_ANSWER_LIMIT


def test_no_late_answers_are_stored_after_a_submit(attempt: Attempt, short: UUID) -> None:
    submit.submit(attempt=attempt, now=NOW)
    for language, sentence in (("en", "has been submitted"), ("ko", "제출")):
        with translation.override(language), pytest.raises(deadline.AttemptClosed, match=sentence) as refused:
            save_text(attempt, short, "late", NOW)
        assert refused.value.slug == "attempt-closed"
    assert not LateAnswer.objects.exists()


# --- Late answers -------------------------------------------------------------------------------------------------


@pytest.fixture
def late(attempt: Attempt, short: UUID) -> LateAnswer:
    with pytest.raises(deadline.DeadlinePassed):
        submit.submit(attempt=attempt, answers={short: {"text": "data drift"}}, now=END + timedelta(hours=1))
    return LateAnswer.objects.select_related("attempt__quiz__activity", "attempt__enrolment").get()


def test_a_late_answer_counts_if_an_instructor_accepts_it(late: LateAnswer, ines: User) -> None:
    with pytest.raises(late_answers.NothingToAccept):
        late_answers.accept_late_answer(late=late, actor=ines, now=END)
    assert LateAnswer.objects.get().verdict == "open"
    automatic.grade_attempt(attempt_id=late.attempt_id, now=END)
    assert Attempt.objects.get().points == 0
    for _ in range(2):
        late_answers.accept_late_answer(late=late, actor=ines, now=END)
    late.refresh_from_db()
    assert late.verdict == "accepted"
    assert late.decided_by == ines
    assert Attempt.objects.get().points == 1
    assert GradeNotice.objects.get().old_points == 0
    assert not late_answers.decline_late_answer(late=late, actor=ines, now=END)
    assert list(grades.find_differences()) == []


def test_a_declined_late_answer_never_counts(late: LateAnswer, ines: User) -> None:
    automatic.grade_attempt(attempt_id=late.attempt_id, now=END)
    assert late_answers.decline_late_answer(late=late, actor=ines, now=END)
    late_answers.accept_late_answer(late=late, actor=ines, now=END)
    late.refresh_from_db()
    assert late.verdict == "declined"
    assert Attempt.objects.get().points == 0
    assert not Answer.objects.exists()


# --- Overrides ----------------------------------------------------------------------------------------------------


def test_an_override_moves_the_deadline_of_an_open_attempt(attempt: Attempt, timed: Quiz, short: UUID) -> None:
    override = QuizOverride.objects.create(
        quiz=timed, enrolment=attempt.enrolment, extra_minutes=20, due_at=END, reason="outage"
    )
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 1
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 0
    save_text(attempt := reload(attempt), short, "in time", END + timedelta(minutes=19))
    assert attempt.deadline == END + timedelta(minutes=20)
    assert attempt.due_at == END
    override.delete()
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 1
    assert reload(attempt).deadline == END


def test_an_override_does_not_reopen_an_expired_attempt(attempt: Attempt, timed: Quiz) -> None:
    submit.expire_overdue(now=END + timedelta(hours=1))
    QuizOverride.objects.create(quiz=timed, enrolment=attempt.enrolment, extra_minutes=600, reason="outage")
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 0
    assert reload(attempt).deadline == END


def reload(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("quiz__activity", "enrolment", "version").get(pk=attempt.pk)


@pytest.fixture
def deducting(quiz: Quiz) -> Quiz:
    Quiz.objects.filter(pk=quiz.pk).update(due_at=NOW, late_rule="deduct", late_deduction=10)
    quiz.refresh_from_db()
    return quiz


def late_by(quiz: Quiz, enrolment: Enrolment, days: float) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return submit.submit(attempt=attempt, answers=right_answers(quiz), now=NOW + timedelta(days=days))


@pytest.mark.parametrize(("days", "points"), [(0, "3.00"), (0.5, "2.70"), (2.5, "2.10"), (30, "0.00")])
def test_a_late_submit_is_deducted_by_the_days(deducting: Quiz, enrolment: Enrolment, days: float, points: str) -> None:
    attempt = late_by(deducting, enrolment, days)
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    assert str(reload(attempt).points) == points
    assert list(grades.find_differences()) == []


def test_a_due_date_moved_by_an_override_counts_for_an_attempt_read_before(
    deducting: Quiz, enrolment: Enrolment
) -> None:
    stale = start.start(quiz=deducting, enrolment=enrolment, now=NOW)
    QuizOverride.objects.create(quiz=deducting, enrolment=enrolment, due_at=NOW + timedelta(days=5), reason="ill")
    deadline.refresh_deadlines(quiz=deducting, now=NOW)
    assert submit.submit(attempt=stale, now=NOW + timedelta(days=2)).late_deduction == 0


def test_a_later_due_date_in_an_override_reduces_deductions(deducting: Quiz, enrolment: Enrolment, ines: User) -> None:
    graded, waiting = late_by(deducting, enrolment, 2.5), late_by(deducting, enrolment, 2.5)
    automatic.grade_attempt(attempt_id=graded.pk, now=NOW)

    def grant(**dates: datetime) -> int:
        QuizOverride.objects.update_or_create(quiz=deducting, enrolment=enrolment, defaults={"reason": "ill", **dates})
        return late_answers.reduce_late_deductions(
            quiz=deducting, enrolment=enrolment, reason="ill", actor=ines, now=NOW
        )

    assert grant(due_at=NOW - timedelta(days=1)) == 0
    assert grant(due_at=NOW + timedelta(days=2)) == 2
    assert [reload(one).late_deduction for one in (graded, waiting)] == [10, 10]
    assert str(reload(graded).points) == "2.70"
    assert GradeNotice.objects.get().grade.actor == ines
    assert grant(due_at=NOW + timedelta(days=9)) == 2
    automatic.grade_attempt(attempt_id=waiting.pk, now=NOW)
    assert [str(reload(one).points) for one in (graded, waiting)] == ["3.00", "3.00"]
    assert list(grades.find_differences()) == []


# --- Deadlines follow the rules -----------------------------------------------------------------------------------


def test_an_invalid_answer_after_the_deadline_is_not_stored(attempt: Attempt, short: UUID) -> None:
    for _ in range(2):
        with pytest.raises(deadline.DeadlinePassed):
            submit.submit(attempt=attempt, answers={short: {}}, now=END + timedelta(hours=1))
    assert not LateAnswer.objects.exists()


def test_open_attempts_get_the_deadline_of_the_new_time_limit(attempt: Attempt, timed: Quiz) -> None:
    other = start.start(quiz=timed, enrolment=EnrolmentFactory(course=attempt.enrolment.course), now=NOW)
    Attempt.objects.filter(pk=other.pk).update(started_at=NOW + timedelta(days=1))
    timed.time_limit = 30
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 2
    attempt.refresh_from_db()
    other.refresh_from_db()
    assert attempt.deadline == NOW + timedelta(minutes=30)
    assert other.deadline == NOW + timedelta(days=1, minutes=30)


def test_refreshing_deadlines_is_idempotent(attempt: Attempt, timed: Quiz) -> None:
    timed.time_limit = 30
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 1
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 0


def test_a_submitted_attempt_keeps_its_deadline(attempt: Attempt, timed: Quiz) -> None:
    submit.submit(attempt=attempt, now=NOW)
    timed.time_limit = 30
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 0
    attempt.refresh_from_db()
    assert attempt.deadline == END


def test_an_attempt_at_another_quiz_keeps_its_deadline(attempt: Attempt, timed: Quiz) -> None:
    second = QuizFactory(activity=ActivityFactory(module=timed.activity.module, kind="quiz", code=""))
    elsewhere = start.start(quiz=second, enrolment=attempt.enrolment, now=NOW)
    Attempt.objects.filter(pk=elsewhere.pk).update(deadline=END + timedelta(hours=1))
    timed.time_limit = 30
    assert deadline.refresh_deadlines(quiz=timed, now=NOW) == 1
    elsewhere.refresh_from_db()
    assert elsewhere.deadline == END + timedelta(hours=1)


# --- When a late answer was given, by the client's clock ----------------------------------------------------------------


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


ARRIVED = END + GRACE + timedelta(hours=3)
TYPED = END - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("sequence", "given_at"),
    [
        (milliseconds(TYPED), TYPED),
        # A client that counts otherwise says no moment, and one before the attempt is not believed.
        (None, None), (0, None), (7, None), (milliseconds(NOW) - 1, None),
        # Of a clock that is far ahead the moment of arrival is believed, as everywhere.
        (milliseconds(ARRIVED + timedelta(days=9)), ARRIVED),
    ],
)  # fmt: skip
def test_a_late_answer_says_when_it_was_given(
    attempt: Attempt, short: UUID, sequence: int | None, given_at: datetime | None
) -> None:
    with pytest.raises(deadline.DeadlinePassed):
        save_text(attempt, short, "late", ARRIVED, sequence=sequence)
    late = LateAnswer.objects.get()
    assert (late.received_at, late.typed_at) == (ARRIVED, given_at)
