"""Graded first attempts are counted once, and what changes a grading changes what is counted."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from analysis import counting, reading
from analysis.anew import recounting
from analysis.models import CountedAttempt, ItemResponse, ItemTally
from courses.models import Cohort, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, manual, regrading
from quizzes.taking import save, start, submit
from tests.factories import EnrolmentFactory, QuizFactory, right_answers
from tests.quizzes.graded import NOW, choosing, graded, other_choice_right, publish
from tests.quizzes.grading.regrades import approve, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz() -> Quiz:
    """A quiz with three questions of three choices and a short answer, worth a point each."""
    return QuizFactory(questions=3)


def student(quiz: Quiz, cohort: Cohort | None = None) -> Enrolment:
    return EnrolmentFactory(course=quiz.activity.course, cohort=cohort)


def differing() -> int:
    """Return how many stored sums differ from those that the responses give."""
    return recounting.recount_all(only_compare=True)


def test_an_attempt_is_counted_once(quiz: Quiz) -> None:
    graded(quiz, student(quiz), choosing(quiz, 1))
    assert counting.count_graded() == 1
    assert counting.count_graded() == 0
    first, *others = reading.get_figures(quiz).questions
    assert (first.n, first.facility, [choice.n for choice in first.choices]) == (1, 0.0, [0, 1, 0])
    assert [each.facility for each in others] == [1.0, 1.0, 1.0]
    assert differing() == 0


def test_only_first_attempts_count(quiz: Quiz) -> None:
    enrolment = student(quiz)
    graded(quiz, enrolment, choosing(quiz, 1))
    graded(quiz, enrolment)
    counting.count_graded()
    assert reading.get_figures(quiz).questions[0].facility == 0.0


def test_the_rest_score_is_the_share_of_the_other_questions(quiz: Quiz) -> None:
    graded(quiz, student(quiz), choosing(quiz, 1))
    counting.count_graded()
    rests = {str(row.question): row.rest for row in ItemResponse.objects.all()}
    wrong, *right = [each.uuid for each in reading.get_figures(quiz).questions]
    assert rests[wrong] == 1_000_000
    assert [rests[uuid] for uuid in right] == [666_667, 666_667, 666_667]


def test_a_regrade_replaces_what_was_counted(quiz: Quiz, ines: User) -> None:
    for choice in (0, 1, 1):
        graded(quiz, student(quiz), choosing(quiz, choice))
    counting.count_graded()
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=NOW)
    approve(regrade, ines)
    run(regrade)
    assert counting.count_graded() == 3
    quiz.refresh_from_db()
    first = reading.get_figures(quiz).questions[0]
    assert (first.n, round(first.facility, 6)) == (3, 0.666667)
    assert [choice.is_correct for choice in first.choices] == [False, True, False]
    assert differing() == 0


def test_an_attempt_that_waits_for_a_person_counts_after_the_decision(quiz: Quiz, ines: User) -> None:
    quiz.questions.filter(key="short").update(definition={"near_misses": "review"})
    publish(quiz)
    question = quiz.questions.get(key="short").uuid
    attempt = graded(quiz, student(quiz), {**right_answers(quiz), question: {"text": "데이터 드리프드"}})
    assert attempt.status == Attempt.Status.NEEDS_REVIEW
    assert counting.count_graded() == 1
    assert not ItemResponse.objects.exists()
    decision = manual.Decision(Decimal(1), {}, "")
    manual.record_reviews(attempt=attempt, decisions={question: decision}, reviewer=ines, now=NOW)
    assert counting.count_graded() == 1
    assert [each.n for each in reading.get_figures(quiz).questions] == [1, 1, 1, 1]
    assert differing() == 0


def test_times_are_those_between_saves_and_unknown_for_answers_of_one_form(quiz: Quiz) -> None:
    attempt = start.start(quiz=quiz, enrolment=student(quiz), now=NOW)
    answers = list(right_answers(quiz).items())
    for number, (question, response) in enumerate(answers[:2], 1):
        save.save_answer(
            attempt=attempt,
            question=question,
            response=response,
            sequence=None,
            now=NOW + timedelta(seconds=40 * number),
        )
    later = NOW + timedelta(seconds=200)
    submit.submit(attempt=attempt, now=later, answers=dict(answers[2:]))
    automatic.grade_attempt(attempt_id=attempt.pk, now=later)
    counting.count_graded()
    seconds = {each.uuid: each.seconds for each in reading.get_figures(quiz).questions}
    assert [seconds[str(question)] for question, _response in answers] == [38, 38, None, None]


def test_sums_follow_a_change_of_cohort_at_the_next_recount(quiz: Quiz) -> None:
    spring, autumn = (Cohort.objects.create(course=quiz.activity.course, name=name) for name in ("봄", "가을"))
    moves = student(quiz, spring)
    graded(quiz, moves)
    counting.count_graded()
    Enrolment.objects.filter(pk=moves.pk).update(cohort=autumn)
    assert recounting.recount_all() > 0
    assert differing() == 0
    assert set(ItemTally.objects.values_list("cohort", "n")) == {(autumn.pk, 1)}
    assert reading.get_figures(quiz).n == 1


def test_an_erased_account_leaves_the_sums_at_once(quiz: Quiz) -> None:
    stays, leaves = student(quiz), student(quiz)
    for enrolment in (stays, leaves):
        graded(quiz, enrolment)
    counting.count_graded()
    leaves.user.delete()
    assert differing() == 0
    assert reading.get_figures(quiz).questions[0].n == 1


def test_batches_continue_where_the_last_one_ended(quiz: Quiz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "BATCH", 2)
    for choice in (0, 1, 2, 0, 1):
        graded(quiz, student(quiz), choosing(quiz, choice))
    assert counting.count_graded() == 5
    assert [choice.n for choice in reading.get_figures(quiz).questions[0].choices] == [2, 2, 1]
    assert differing() == 0


def test_a_grading_that_became_visible_late_is_still_counted(quiz: Quiz) -> None:
    graded(quiz, student(quiz))
    graded(quiz, student(quiz))
    counting.count_graded()
    # As if the first grading had been committed after the second one was counted.
    CountedAttempt.objects.order_by("grade")[0].delete()
    recounting.recount_all()
    assert counting.count_graded() == 1
    assert reading.get_figures(quiz).n == 2


def test_a_quiz_without_answers_has_no_figures(quiz: Quiz) -> None:
    figures = reading.get_figures(quiz)
    assert (figures.n, figures.questions, figures.alpha, figures.cohorts) == (0, [], None, [])
