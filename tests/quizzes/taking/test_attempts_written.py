"""What each step of an attempt says and writes down, and that it touches no other attempt."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import current_app
from django.utils import translation

from accounts.models import User
from common.errors import DomainError
from courses.models import Activity, Enrolment
from quizzes import tasks
from quizzes.attempts.models import Answer, AnswerQuerySet, Attempt, LateAnswer
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.grading import automatic, late_answers
from quizzes.grading.models import AttemptGrade
from quizzes.taking import deadline, responses, save, start, submit
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, right_answers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OVER = NOW + timedelta(hours=1)


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=10)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=NOW)


@pytest.fixture
def theirs(attempt: Attempt) -> Attempt:
    """Another student's attempt at the same quiz."""
    return start.start(quiz=attempt.quiz, enrolment=EnrolmentFactory(course=attempt.enrolment.course), now=NOW)


@pytest.fixture
def short(quiz: Quiz) -> UUID:
    uuid: UUID = quiz.questions.get(key="short").uuid
    return uuid


def says(refusal: type[DomainError], sentence: str, extra: dict[str, Any], call: Any) -> None:
    """The refusal is this sentence in English, another one in Korean, and tells an app what it is about."""
    with pytest.raises(refusal) as refused:
        call()
    assert (type(refused.value), str(refused.value), refused.value.extra) == (refusal, sentence, extra)
    with translation.override("ko"), pytest.raises(refusal) as refused:
        call()
    assert str(refused.value) != sentence


def test_what_a_start_that_is_refused_says(quiz: Quiz, enrolment: Enrolment) -> None:
    def begin() -> Attempt:
        return start.start(quiz=quiz, enrolment=enrolment, now=NOW)

    quiz.opens_at = NOW + DAY
    sentence = f"This quiz opens on {start.format_moment(NOW + DAY)}."
    says(start.NotOpenYet, sentence, {"opens_at": NOW + DAY}, begin)
    quiz.opens_at, quiz.closes_at = None, NOW
    says(start.QuizClosed, "This quiz is closed.", {"closes_at": NOW}, begin)
    # It opens and closes at the moment itself.
    quiz.opens_at, quiz.closes_at = NOW, NOW + DAY
    submit.submit(attempt=begin(), now=NOW)
    Attempt.objects.update(answers_revealed_at=NOW)
    sentence = "You have seen the answers, so this quiz cannot be taken again."
    says(start.AnswersRevealed, sentence, {}, begin)
    quiz.current_version.content["questions"] = []  # type: ignore[union-attr]
    says(start.NothingToAnswer, "This quiz has no questions yet.", {}, begin)


def test_a_moment_is_told_by_the_readers_clock() -> None:
    assert start.format_moment(NOW) == "03/02/2026 6 p.m."
    with translation.override("ko"):
        assert start.format_moment(NOW) == "2026-3-2 18:00"


def test_what_an_answer_that_is_refused_says(attempt: Attempt, short: UUID) -> None:
    single = attempt.quiz.questions.get(key="q0").uuid

    def read(question: UUID, raw: Any) -> Any:
        return lambda: responses.read_response(attempt, question, raw)

    stranger = uuid4()
    about = {"question": str(short)}
    says(
        responses.UnknownQuestion, "This question is not part of the attempt.", {"question": str(stranger)},
        read(stranger, {}),
    )  # fmt: skip
    says(
        responses.UnknownChoice, "This choice does not belong to the question.", {"question": str(single)},
        read(single, {"choice": "x"}),
    )  # fmt: skip
    says(
        responses.ResponseTooLong, "The answer is too long: at most 500 characters.", about,
        read(short, {"text": "x" * 501}),
    )  # fmt: skip
    says(
        responses.InvalidResponse, "The answer does not have the form this question asks for.", about,
        read(short, {}),
    )  # fmt: skip


def test_what_was_stored_is_what_a_save_returns(attempt: Attempt, theirs: Attempt, short: UUID) -> None:
    def store(to: Attempt, question: UUID, text: str, sequence: int | None = None) -> tuple[Any, ...]:
        kept = save.save_answer(attempt=to, question=question, response={"text": text}, now=NOW, sequence=sequence)
        return kept.attempt, kept.question, kept.response, kept.sequence, kept.saved_at

    store(theirs, short, "theirs")
    single = attempt.quiz.questions.get(key="q0")
    save.save_answer(attempt=attempt, question=single.uuid, response={"choice": None}, now=NOW)
    assert store(attempt, short, "mine", 4) == (attempt, short, {"text": "mine"}, 4, NOW)
    assert store(attempt, short, "overtaken", 3) == (attempt, short, {"text": "mine"}, 4, NOW)
    assert store(attempt, short, "last") == (attempt, short, {"text": "last"}, 5, NOW)
    # Only its own answer to its own question is looked at when one is checked.
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.AT_ONCE)
    attempt.quiz.refresh_from_db()
    assert save.confirm_answer(attempt=attempt, question=short, now=NOW).response == {"text": "last"}
    with pytest.raises(save.NotConfirmable):
        save.confirm_answer(attempt=attempt, question=attempt.quiz.questions.get(key="q1").uuid, now=NOW)
    assert Answer.objects.exclude(confirmed_at=None).get().attempt == attempt


def test_a_submit_hands_in_one_attempt_and_rings_for_it(
    attempt: Attempt, theirs: Attempt, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: rung.append((task, kwargs)))
    with django_capture_on_commit_callbacks(execute=True):
        submit.submit(attempt=attempt, now=NOW)
    assert rung == [(tasks.grade_attempts.name, {"attempt_ids": [attempt.pk]})]
    assert [each.status for each in Attempt.objects.order_by("pk")] == ["submitted", "in_progress"]


def test_a_lessons_check_is_graded_by_its_submit(lesson: Activity, enrolment: Enrolment) -> None:
    check = QuizFactory(activity=lesson)
    attempt = start.start(quiz=check, enrolment=enrolment, now=NOW)
    submit.submit(attempt=attempt, answers=right_answers(check), now=OVER)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.graded_at, attempt.points) == ("graded", OVER, attempt.max_points)


def test_what_comes_too_late_and_cannot_be_right_is_too_late(attempt: Attempt, short: UUID) -> None:
    for _ in range(2):
        with pytest.raises(deadline.DeadlinePassed):
            submit.submit(attempt=attempt, answers={short: {}}, now=OVER)
    assert not LateAnswer.objects.exists()


def test_a_person_decides_on_each_late_answer_by_itself(
    attempt: Attempt, theirs: Attempt, short: UUID, ines: User, otto: User
) -> None:
    for each in (attempt, theirs):
        with pytest.raises(deadline.DeadlinePassed):
            submit.submit(attempt=each, answers={short: {"text": "data drift"}}, now=OVER)
    late, other = LateAnswer.objects.select_related("attempt__quiz__activity", "attempt__enrolment").order_by("pk")
    says(
        late_answers.NothingToAccept, "The attempt is not graded yet.", {},
        lambda: late_answers.accept_late_answer(late=late, actor=ines, now=OVER),
    )  # fmt: skip
    for each in (attempt, theirs):
        automatic.grade_attempt(attempt_id=each.pk, now=OVER)
    late_answers.accept_late_answer(late=late, actor=ines, now=OVER + DAY)
    late.refresh_from_db()
    other.refresh_from_db()
    assert (late.verdict, late.decided_by, late.decided_at) == ("accepted", ines, OVER + DAY)
    assert (other.verdict, other.decided_by, other.decided_at) == ("open", None, None)
    grade = AttemptGrade.objects.get(revision=2)
    assert (grade.attempt, grade.actor, grade.reason) == (attempt, ines, late_answers.LATE_ACCEPTED_REASON)
    late_answers.decline_late_answer(late=other, actor=otto, now=OVER)
    other.refresh_from_db()
    assert (other.verdict, other.decided_by, other.decided_at) == ("declined", otto, OVER)


def test_lateness_is_forgiven_of_one_student_at_one_quiz(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    late = {"due_at": NOW, "late_rule": Quiz.LateRule.DEDUCT, "late_deduction": 10, "attempts_allowed": None}
    second = QuizFactory(activity=ActivityFactory(module=quiz.activity.module, kind="quiz", code=""))
    Quiz.objects.update(**late)
    for each in (quiz, second):
        each.refresh_from_db()
    other = EnrolmentFactory(course=enrolment.course)

    def handed_in(at: Quiz, by: Enrolment, days: float) -> Attempt:
        attempt = start.start(quiz=at, enrolment=by, now=NOW)
        return submit.submit(attempt=attempt, answers=right_answers(at), now=NOW + days * DAY)

    mine = [handed_in(quiz, enrolment, days) for days in (1, 2.5, 0.5)]
    others = [handed_in(second, enrolment, 2.5), handed_in(quiz, other, 2.5)]
    for attempt in mine:
        automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    # The first has been forgiven to what the new date says already: it is left alone, and the next are not.
    Attempt.objects.filter(pk=mine[0].pk).update(late_deduction=1)
    Attempt.objects.filter(pk=mine[2].pk).update(late_deduction=1)
    due = NOW + 0.6 * DAY
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, due_at=due, reason="ill")

    def forgive() -> int:
        return late_answers.reduce_late_deductions(quiz=quiz, enrolment=enrolment, reason="Ill", actor=ines, now=OVER)

    assert forgive() == 2
    assert forgive() == 0
    rows = [Attempt.objects.get(pk=attempt.pk) for attempt in (*mine, *others)]
    assert [row.late_deduction for row in rows] == [1, 20, 0, 30, 30]
    assert [row.due_at for row in rows] == [NOW, due, due, NOW, NOW]
    grade = AttemptGrade.objects.get(attempt=mine[1], revision=2)
    assert (grade.reason, grade.actor, grade.at) == ("Ill", ines, OVER)


def test_deadlines_follow_the_rules_of_one_quiz(attempt: Attempt, theirs: Attempt) -> None:
    quiz = attempt.quiz
    second = QuizFactory(activity=ActivityFactory(module=quiz.activity.module, kind="quiz", code=""))
    elsewhere = start.start(quiz=second, enrolment=attempt.enrolment, now=NOW)
    done = submit.submit(
        attempt=start.start(quiz=quiz, enrolment=EnrolmentFactory(course=attempt.enrolment.course), now=NOW), now=NOW
    )
    Attempt.objects.filter(pk=theirs.pk).update(started_at=NOW + DAY)
    Attempt.objects.filter(pk=elsewhere.pk).update(deadline=OVER)
    quiz.time_limit = 30
    assert deadline.refresh_deadlines(quiz=quiz, now=NOW) == 2
    assert deadline.refresh_deadlines(quiz=quiz, now=NOW) == 0
    half, ten = timedelta(minutes=30), timedelta(minutes=10)
    assert [Attempt.objects.get(pk=each.pk).deadline for each in (attempt, theirs, done, elsewhere)] == [
        NOW + half, NOW + DAY + half, NOW + ten, OVER,
    ]  # fmt: skip


def test_more_time_that_is_given_while_an_answer_is_on_its_way_counts_for_it(
    attempt: Attempt, short: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = AnswerQuerySet.store_if_open

    def store_and_be_granted(*args: Any, **options: Any) -> int | None:
        kept = store(*args, **options)
        Attempt.objects.filter(pk=attempt.pk).update(deadline=OVER + DAY)
        return kept

    monkeypatch.setattr(AnswerQuerySet, "store_if_open", store_and_be_granted)
    answer = save.save_answer(attempt=attempt, question=short, response={"text": "drift"}, now=OVER, sequence=3)
    stored = Answer.objects.get()
    assert (stored.question, stored.response, stored.sequence, stored.saved_at) == (short, {"text": "drift"}, 3, OVER)
    assert (answer.attempt, answer.question, answer.sequence, answer.saved_at) == (attempt, short, 3, OVER)
    assert answer.response == {"text": "drift"}
    assert not LateAnswer.objects.exists()
