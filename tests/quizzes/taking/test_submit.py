"""Submit attempts: once, with the answers that are valid, at the version that was started."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.database.prepared import PreparedUpdate
from courses import progress
from courses.models import Activity, ActivityCompletion, Enrolment, GradeChange
from quizzes import tasks
from quizzes.attempts import queries
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Choice, Quiz
from quizzes.grading import automatic
from quizzes.grading.models import AttemptGrade
from quizzes.results import attempt_results
from quizzes.results.overview import get_overview
from quizzes.taking import deadline, responses, save, start, submit
from tests.factories import EnrolmentFactory, QuizFactory, add_single_choice, right_answers

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
UNKNOWN = UUID("3f0e9a52-6d0c-4a47-9a43-0f5c3b8f1f11")


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return start.start(quiz=quiz, enrolment=enrolment, now=NOW)


def finish(attempt: Attempt, *, right: bool) -> Attempt:
    """Submit with all answers right or none given, and grade."""
    answers = right_answers(attempt.quiz) if right else {}
    submit.submit(attempt=attempt, answers=answers, now=LATER)
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=LATER)
    attempt.refresh_from_db()
    return attempt


def test_a_second_start_resumes_the_attempt(attempt: Attempt, quiz: Quiz, enrolment: Enrolment) -> None:
    again = start.start(quiz=quiz, enrolment=enrolment, now=LATER)
    assert again == attempt
    assert Attempt.objects.count() == 1


def test_the_database_allows_one_open_attempt(attempt: Attempt) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            quiz=attempt.quiz,
            version=attempt.version,
            enrolment=attempt.enrolment,
            number=2,
            started_at=NOW,
            max_points=1,
        )


def test_an_attempt_keeps_the_version_it_started_with(attempt: Attempt, quiz: Quiz) -> None:
    answers = right_answers(quiz)
    Choice.objects.filter(question__quiz=quiz).update(is_correct=False)
    Choice.objects.filter(question__quiz=quiz, key__endswith="-1").update(is_correct=True)
    version = publishing.publish(quiz)
    assert version.number == attempt.version.number + 1
    submit.submit(attempt=attempt, answers=answers, now=LATER)
    automatic.grade_attempt(attempt_id=attempt.pk, now=LATER)
    attempt.refresh_from_db()
    assert attempt.percent == 100
    assert AttemptGrade.objects.get().version == attempt.version


def test_publishing_an_unchanged_quiz_makes_no_version(quiz: Quiz) -> None:
    assert publishing.publish(quiz).number == 1


def test_an_invalid_question_is_not_published(quiz: Quiz) -> None:
    add_single_choice(quiz, "broken", choices=1)
    with pytest.raises(publishing.UnpublishableQuiz) as refused:
        publishing.publish(quiz)
    assert refused.value.faults[0][0] == "broken"
    quiz.refresh_from_db()
    assert quiz.current_version is not None
    assert quiz.current_version.number == 1


def test_a_second_save_replaces_the_answer(attempt: Attempt, quiz: Quiz) -> None:
    question = quiz.questions.get(key="short")
    save.save_answer(attempt=attempt, question=question.uuid, response={"text": "a"}, now=NOW)
    save.save_answer(attempt=attempt, question=question.uuid, response={"text": "b"}, now=LATER)
    answer = Answer.objects.get()
    assert answer.response == {"text": "b"}
    assert answer.saved_at == LATER


def test_an_overtaken_save_changes_nothing(attempt: Attempt, quiz: Quiz) -> None:
    question = quiz.questions.get(key="short").uuid
    save.save_answer(attempt=attempt, question=question, response={"text": "new"}, now=NOW, sequence=7)
    kept = save.save_answer(attempt=attempt, question=question, response={"text": "old"}, now=NOW, sequence=6)
    assert kept.response == {"text": "new"}
    save.save_answer(attempt=attempt, question=question, response={"text": "newer"}, now=NOW, sequence=8)
    assert Answer.objects.get().response == {"text": "newer"}


@pytest.mark.parametrize(
    ("key", "response", "error"),
    [
        ("unknown", {"text": ""}, responses.UnknownQuestion),
        ("q1", {"choice": str(UNKNOWN)}, responses.UnknownChoice),
        ("short", {"text": "x" * 1_000_000}, responses.ResponseTooLong),
        ("short", ["x"], responses.InvalidResponse),
    ],
    ids=["unknown question", "unknown choice", "too long", "wrong form"],
)
def test_an_invalid_answer_is_refused_and_saved_answers_stay(
    attempt: Attempt, quiz: Quiz, key: str, response: Any, error: type[Exception]
) -> None:
    answers = right_answers(quiz)
    first = quiz.questions.get(key="q0").uuid
    save.save_answer(attempt=attempt, question=first, response=answers[first], now=NOW)
    question = UNKNOWN if key == "unknown" else quiz.questions.get(key=key).uuid
    with pytest.raises(error):
        save.save_answer(attempt=attempt, question=question, response=response, now=NOW)
    assert Answer.objects.get().question == first


def test_a_choice_of_another_question_is_refused(attempt: Attempt, quiz: Quiz) -> None:
    answers = right_answers(quiz)
    first, second, _short = answers
    with pytest.raises(responses.UnknownChoice):
        save.save_answer(attempt=attempt, question=second, response=answers[first], now=NOW)
    assert not Answer.objects.exists()


def test_a_submit_with_an_invalid_answer_saves_the_others_and_leaves_the_attempt_open(
    attempt: Attempt, quiz: Quiz
) -> None:
    answers = right_answers(quiz)
    first, second, short = answers
    with pytest.raises(responses.UnknownChoice):
        submit.submit(attempt=attempt, answers={**answers, second: {"choice": str(uuid4())}}, now=LATER)
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.IN_PROGRESS
    assert {answer.question for answer in Answer.objects.all()} == {first, short}


def test_submitting_is_idempotent(attempt: Attempt, quiz: Quiz) -> None:
    submit.submit(attempt=attempt, answers=right_answers(quiz), now=LATER)
    stale = Attempt.objects.get(pk=attempt.pk)
    stale.status = Attempt.Status.IN_PROGRESS
    again = submit.submit(attempt=stale, answers={}, now=LATER + timedelta(hours=1))
    assert again.status == Attempt.Status.SUBMITTED
    assert again.submitted_at == LATER
    assert Answer.objects.count() == 3


def test_answers_cannot_be_saved_after_the_submit(attempt: Attempt, quiz: Quiz) -> None:
    submit.submit(attempt=attempt, now=LATER)
    with pytest.raises(deadline.AttemptClosed):
        save.save_answer(
            attempt=attempt, question=quiz.questions.get(key="short").uuid, response={"text": "late"}, now=LATER
        )
    assert not Answer.objects.exists()


def test_a_submitted_quiz_counts_as_done_and_its_grade_is_in_the_gradebook(attempt: Attempt, quiz: Quiz) -> None:
    finish(attempt, right=True)
    assert ActivityCompletion.objects.get().activity == quiz.activity
    attempt.enrolment.refresh_from_db()
    assert attempt.enrolment.progress_percent == 33
    change = GradeChange.objects.get()
    assert change.source == attempt.uuid
    assert change.points == 3
    assert change.max_points == 3


def test_no_attempt_can_start_after_the_allowed_ones(quiz: Quiz, enrolment: Enrolment) -> None:
    for _ in range(3):
        finish(start.start(quiz=quiz, enrolment=enrolment, now=NOW), right=False)
    with pytest.raises(start.NoAttemptsLeft):
        start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    assert get_overview(quiz=quiz, enrolment=enrolment, now=timezone.now()).attempts_left == 0


def test_a_quiz_without_questions_cannot_be_started(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.questions.update(archived_at=NOW)
    publishing.publish(quiz)
    with pytest.raises(start.NothingToAnswer):
        start.start(quiz=quiz, enrolment=enrolment, now=NOW)


def test_solutions_are_hidden_while_attempts_are_left(attempt: Attempt) -> None:
    outcome = attempt_results.get_result(finish(attempt, right=False), now=timezone.now())
    assert not outcome.answers_shown
    assert not outcome.can_reveal
    assert all(not q.feedback and not q.solution and not q.lesson for q in outcome.questions)


def test_full_marks_show_the_solutions(attempt: Attempt) -> None:
    outcome = attempt_results.get_result(finish(attempt, right=True), now=timezone.now())
    assert outcome.answers_shown
    assert outcome.is_passed
    assert all(q.solution for q in outcome.questions)
    assert all(q.feedback for q in outcome.questions)


def test_after_the_last_attempt_the_solutions_of_all_are_shown(quiz: Quiz, enrolment: Enrolment) -> None:
    done = [finish(start.start(quiz=quiz, enrolment=enrolment, now=NOW), right=False) for _ in range(3)]
    assert all(attempt_results.get_result(attempt, now=timezone.now()).answers_shown for attempt in done)


def test_revealing_solutions_ends_the_right_to_further_attempts(
    attempt: Attempt, quiz: Quiz, enrolment: Enrolment
) -> None:
    answers = right_answers(quiz)
    answers.popitem()
    submit.submit(attempt=attempt, answers=answers, now=LATER)
    automatic.grade_attempt(attempt_id=attempt.pk, now=LATER)
    attempt.refresh_from_db()
    assert attempt.percent == 66
    assert attempt_results.get_result(attempt, now=timezone.now()).can_reveal
    attempt_results.reveal(attempt=attempt, now=LATER)
    assert attempt_results.get_result(attempt, now=timezone.now()).answers_shown
    with pytest.raises(start.AnswersRevealed):
        start.start(quiz=quiz, enrolment=enrolment, now=LATER)


def test_solutions_cannot_be_revealed_before_passing_or_with_an_open_attempt(
    attempt: Attempt, quiz: Quiz, enrolment: Enrolment
) -> None:
    finish(attempt, right=False)
    with pytest.raises(attempt_results.NotRevealable):
        attempt_results.reveal(attempt=attempt, now=LATER)
    Quiz.objects.update(pass_mark=0)
    attempt.refresh_from_db()
    start.start(quiz=quiz, enrolment=enrolment, now=LATER)
    with pytest.raises(attempt_results.NotRevealable):
        attempt_results.reveal(attempt=attempt, now=LATER)


def test_solutions_that_are_never_shown_cannot_be_revealed(attempt: Attempt) -> None:
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.NEVER)
    finish(attempt, right=True)
    outcome = attempt_results.get_result(attempt, now=timezone.now())
    assert not outcome.answers_shown
    assert not outcome.can_reveal


@pytest.mark.parametrize("count", [2, 200])
def test_a_whole_form_takes_as_many_queries_as_one_answer(quiz: Quiz, enrolment: Enrolment, count: int) -> None:
    for number in range(count):
        add_single_choice(quiz, f"more-{number}", choices=2)
    publishing.publish(quiz)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    given = right_answers(quiz)
    changed, same, *_others = given
    save.save_answer(attempt=attempt, question=changed, response={"choice": None}, now=NOW, sequence=5)
    save.save_answer(attempt=attempt, question=same, response=given[same], now=NOW, sequence=5)
    with CaptureQueriesContext(connection) as captured:
        submit.submit(attempt=attempt, answers=given, now=LATER)
    assert len([query for query in captured if "quizzes_answer" in query["sql"]]) == 1
    stored = {answer.question: answer for answer in attempt.answers.all()}
    assert {question: answer.response for question, answer in stored.items()} == given
    assert stored[changed].sequence == 6
    assert stored[changed].saved_at == LATER
    assert stored[same].sequence == 5
    assert stored[same].saved_at == NOW


def test_a_submit_does_not_change_a_confirmed_answer(quiz: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(show_answers=Quiz.ShowAnswers.AT_ONCE)
    quiz.refresh_from_db()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    given = right_answers(quiz)
    short = quiz.questions.get(key="short").uuid
    save.save_answer(attempt=attempt, question=short, response={"text": "checked"}, now=NOW)
    save.confirm_answer(attempt=attempt, question=short, now=NOW)
    submit.submit(attempt=attempt, answers=given, now=LATER)
    assert attempt.answers.get(question=short).response == {"text": "checked"}
    assert attempt.answers.count() == 3


def test_the_answer_with_the_highest_sequence_is_stored_in_any_order_of_requests(attempt: Attempt, quiz: Quiz) -> None:
    """Requests can arrive repeatedly and in any order."""
    question = quiz.questions.get(key="short").uuid
    given = [(1, "a"), (2, "from another tab"), (3, "b"), (4, "c")]
    for order in sorted(set(permutations(given * 2, 4)))[::3]:
        Answer.objects.all().delete()
        for sequence, text in order:
            save.save_answer(attempt=attempt, question=question, response={"text": text}, now=NOW, sequence=sequence)
        assert Answer.objects.get().response == {"text": max(order)[1]}


def test_the_current_due_date_counts_not_the_one_read_earlier(attempt: Attempt, quiz: Quiz) -> None:
    late = NOW + timedelta(days=2)
    Quiz.objects.update(late_rule=Quiz.LateRule.DEDUCT, late_deduction=10)
    Attempt.objects.update(due_at=NOW + timedelta(days=1))
    read = Attempt.objects.select_related("quiz__activity", "enrolment", "version").get(pk=attempt.pk)
    Attempt.objects.update(due_at=NOW + timedelta(days=3))
    assert submit.submit(attempt=read, now=late).late_deduction == 0


def test_an_overtaken_start_resumes_the_only_allowed_attempt(
    quiz: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz.attempts_allowed = 1
    first = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    looks = iter([None])
    look = queries.find_open_attempt
    # The look before the lock came before the other tab's insert.
    monkeypatch.setattr(queries, "find_open_attempt", lambda *given: next(looks, first) and look(*given))
    assert start.start(quiz=quiz, enrolment=enrolment, now=NOW) == first


def test_a_submit_that_is_rolled_back_leaves_the_attempt_in_memory_open(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(progress, "mark_done", fail)
    with pytest.raises(DatabaseError):
        submit.submit(attempt=attempt, now=LATER)
    assert attempt.status == Attempt.Status.IN_PROGRESS
    assert attempt.submitted_at is None
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.IN_PROGRESS


def test_a_submit_whose_row_was_closed_by_another_process_changes_nothing(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = queries.lock_attempt

    def lock_then_close(loaded: Attempt) -> Attempt:
        locked = lock(loaded)
        Attempt.objects.filter(pk=loaded.pk).update(status=Attempt.Status.SUBMITTED, submitted_at=NOW)
        return locked

    monkeypatch.setattr(queries, "lock_attempt", lock_then_close)
    monkeypatch.setattr(submit, "enqueue_grading", pytest.fail)
    Quiz.objects.update(late_rule=Quiz.LateRule.DEDUCT, late_deduction=10)
    Attempt.objects.update(due_at=NOW)
    attempt.quiz.refresh_from_db()
    returned = submit.submit(attempt=attempt, now=LATER)
    assert returned.status == Attempt.Status.SUBMITTED
    assert returned.submitted_at == NOW
    assert returned.late_deduction == 0
    assert not ActivityCompletion.objects.exists()


def test_a_conditional_update_that_fails_leaves_the_attempt_in_memory_unchanged(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise DatabaseError

    monkeypatch.setattr(PreparedUpdate, "apply", fail)
    with pytest.raises(DatabaseError):
        submit.submit(attempt=attempt, now=LATER)
    assert attempt.submitted_at is None
    assert attempt.is_expired is False
    assert attempt.late_deduction == 0


def test_a_submit_enqueues_grading_of_its_attempt(
    attempt: Attempt, enqueued: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        submit.submit(attempt=attempt, now=NOW)
    assert enqueued == [(tasks.grade_attempts.name, {"attempt_ids": [attempt.pk]})]


def test_a_submit_leaves_other_students_attempts_open(attempt: Attempt) -> None:
    other = start.start(quiz=attempt.quiz, enrolment=EnrolmentFactory(course=attempt.enrolment.course), now=NOW)
    submit.submit(attempt=attempt, now=NOW)
    attempt.refresh_from_db()
    other.refresh_from_db()
    assert attempt.status == Attempt.Status.SUBMITTED
    assert other.status == Attempt.Status.IN_PROGRESS


def test_a_lesson_check_is_graded_when_it_is_submitted(lesson: Activity, enrolment: Enrolment) -> None:
    check = QuizFactory(activity=lesson)
    attempt = start.start(quiz=check, enrolment=enrolment, now=NOW)
    submit.submit(attempt=attempt, answers=right_answers(check), now=LATER)
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.GRADED
    assert attempt.graded_at == LATER
    assert attempt.points == attempt.max_points
