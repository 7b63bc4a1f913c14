"""What grading reads, and what each step of it writes down: the attempt, the revision, the ledger, the notice, the bells."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.utils import translation

from accounts.models import User
from courses.models import Enrolment, GradeChange
from quizzes import tasks
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, manual, revisions, scoring
from quizzes.grading.models import AttemptGrade, GradeNotice, Review
from quizzes.questions import Score
from quizzes.taking import save, start, submit
from tests.factories import EnrolmentFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import NOW, choosing, fresh, graded, of_every_kind, other_choice_right, question_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The bells for the workers, in place of a broker."""
    rung: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: rung.append((task, kwargs)))
    return rung


def submitted(quiz: Quiz, enrolment: Enrolment, late: int = 0) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    submit.submit(attempt=attempt, answers=choosing(quiz, 1), now=NOW)
    Attempt.objects.filter(pk=attempt.pk).update(late_deduction=late)
    return attempt


def row(grade: AttemptGrade) -> tuple[Any, ...]:
    return (
        grade.revision, grade.version_id, grade.points, grade.max_points, grade.late_deduction, grade.last_review_id,
        grade.reason, grade.actor, grade.at,
    )  # fmt: skip


def entry(change: GradeChange) -> tuple[Any, ...]:
    return (
        change.enrolment_id, change.source, change.source_number, change.revision, change.points, change.max_points,
        change.reason, change.actor, change.at,
    )  # fmt: skip


def test_the_first_grading(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = submitted(quiz, enrolment, late=10)
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=LATER)
    attempt = fresh(attempt)
    worth = (Decimal("1.80"), Decimal("3.00"))
    assert (attempt.status, attempt.points, attempt.max_points, attempt.graded_at) == ("graded", *worth, LATER)
    assert attempt.lease_until is None
    assert row(attempt.grades.get()) == (1, attempt.version_id, *worth, 10, None, "", None, LATER)
    assert entry(GradeChange.objects.get()) == (
        enrolment.pk, attempt.uuid, 1, 1, *worth, GradeChange.Reason.GRADED, None, LATER,
    )  # fmt: skip
    assert not GradeNotice.objects.exists()


def test_a_claim(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt, other = submitted(quiz, enrolment), submitted(quiz, EnrolmentFactory(course=enrolment.course))
    assert automatic._claim(attempt.pk, LATER) == 1
    attempt.refresh_from_db()
    lease = LATER + timedelta(seconds=settings.GRADING_LEASE)
    assert (attempt.status, attempt.lease_until, attempt.grading_attempts) == ("grading", lease, 1)
    other.refresh_from_db()
    assert (other.status, other.grading_attempts) == ("submitted", 0)


def test_a_grader_finishes_its_own_attempt_only(quiz: Quiz, enrolment: Enrolment) -> None:
    first, second = submitted(quiz, enrolment), submitted(quiz, EnrolmentFactory(course=enrolment.course))
    for attempt in (first, second):
        assert automatic._claim(attempt.pk, NOW) == 1
    assert automatic._finish(fresh(first), 1, scoring.compute_grading(first), NOW)
    assert (fresh(first).status, fresh(second).status) == ("graded", "grading")


def test_what_failed_too_often_is_not_taken_again(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = submitted(quiz, enrolment)
    Attempt.objects.update(grading_attempts=automatic.MAX_GRADING_ATTEMPTS)
    assert automatic._claim(attempt.pk, NOW) is None
    Attempt.objects.update(grading_attempts=automatic.MAX_GRADING_ATTEMPTS - 1)
    assert automatic._claim(attempt.pk, NOW) == automatic.MAX_GRADING_ATTEMPTS


def test_a_grading_by_another_key(
    quiz: Quiz, enrolment: Enrolment, ines: User, rung: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    attempt = submitted(quiz, enrolment)
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    other_choice_right(quiz)
    with django_capture_on_commit_callbacks(execute=True):
        grade = revisions.regrade_attempt(
            attempt=fresh(attempt), now=LATER, version_id=quiz.current_version_id, reason="A better key", actor=ines
        )
    assert grade == revisions.last_grade(attempt)
    full = (Decimal("3.00"), Decimal("3.00"))
    assert row(grade) == (2, quiz.current_version_id, *full, 0, None, "A better key", ines, LATER)
    assert entry(GradeChange.objects.order_by("pk")[1]) == (
        enrolment.pk, attempt.uuid, 1, 2, *full, GradeChange.Reason.REGRADED, ines, LATER,
    )  # fmt: skip
    attempt = fresh(attempt)
    assert (attempt.status, attempt.points, attempt.max_points, attempt.graded_at) == ("graded", *full, LATER)
    notice = GradeNotice.objects.get()
    assert (notice.attempt, notice.grade, notice.created_at) == (attempt, grade, LATER)
    assert (notice.old_points, notice.old_max_points) == (Decimal("2.00"), Decimal("3.00"))
    assert rung == [(tasks.send_grade_notice.name, {"notice_id": notice.pk})]
    # From here on it is that key's, without its being named, and grading by it once more changes nothing.
    assert revisions.regrade_attempt(attempt=attempt, now=LATER) is None
    assert AttemptGrade.objects.count() == 2


def test_a_deduction_that_changes_is_a_grading_of_its_own(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = submitted(quiz, enrolment)
    automatic.grade_attempt(attempt_id=attempt.pk, now=NOW)
    stale = fresh(attempt)
    Attempt.objects.update(late_deduction=50)
    grade = revisions.regrade_attempt(attempt=stale, now=LATER)
    assert grade
    assert (grade.points, grade.late_deduction, grade.reason, grade.actor) == (1, 50, "", None)


def test_what_other_keys_say_of_a_question() -> None:
    own = {"q": {"kind": "numeric", "value": 1}}
    better = {"kind": "numeric", "value": 2}
    assert scoring.spec_for("q", own=own, other={"q": better}) == better
    assert scoring.spec_for("q", own=own, other={"q": {"kind": "ordering"}}) == own["q"]
    assert scoring.spec_for("q", own=own, other={}) == own["q"]


def test_a_key_is_that_of_the_version_asked_for(quiz: Quiz, enrolment: Enrolment) -> None:
    attempt = submitted(quiz, enrolment)
    question = str(other_choice_right(quiz).uuid)
    before, after = (
        scoring.answer_key_for(fresh(attempt), version)  # type: ignore[arg-type]  # the quiz is published
        for version in (attempt.version_id, quiz.current_version_id)
    )
    assert list(before) == list(after) == [view["uuid"] for view in attempt.public_questions]
    assert {uuid for uuid in before if before[uuid] != after[uuid]} == {question}
    assert [choice["correct"] for choice in before[question]["choices"]] == [True, False, False]
    assert scoring.compute_grading(fresh(attempt)).points == 2
    assert scoring.compute_grading(fresh(attempt), version_id=quiz.current_version_id).points == 3


def test_the_files_of_an_answer_belong_to_it(quiz: Quiz, enrolment: Enrolment) -> None:
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    other = start.start(quiz=quiz, enrolment=EnrolmentFactory(course=enrolment.course), now=NOW)
    question = question_of(attempt, "hand_in")

    def add(to: Attempt, name: str, **more: Any) -> str:
        file = HandInFile.objects.create(
            attempt=to, question=question, name=name, size=1, sha256="0" * 64, uploaded_at=NOW, file=name, **more
        )
        return str(file.uuid)

    kept = [add(attempt, "a.txt"), add(attempt, "b.txt")]
    add(attempt, "removed.txt", removed_at=NOW)
    add(other, "theirs.txt")
    # Without a text …
    assert scoring.responses_by_question(attempt) == {str(question): {"files": kept}}
    save.save_answer(attempt=attempt, question=question, response={"text": "See there"}, now=NOW)
    # … and with one.
    assert scoring.responses_by_question(attempt) == {str(question): {"text": "See there", "files": kept}}


@pytest.fixture
def waiting(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    started = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return graded(quiz, enrolment, of_every_kind(started))


def decide(attempt: Attempt, points: str, by: User, kind: str = "hand_in", **more: Any) -> AttemptGrade | None:
    decision = manual.Decision(Decimal(points), {"c": points}, "Seen")
    return manual.record_reviews(
        attempt=attempt, decisions={question_of(attempt, kind): decision}, reviewer=by, now=LATER, **more
    )


def test_what_waits_for_a_person_is_no_grade(waiting: Attempt) -> None:
    question = question_of(waiting, "hand_in")
    assert (waiting.status, waiting.points, waiting.graded_at) == ("needs_review", None, None)
    assert waiting.max_points == waiting.grades.get().max_points == 17
    assert manual.pending_questions(waiting) == [question]
    assert scoring.is_pending(waiting.grades.get())
    assert not GradeChange.objects.exists()


def test_a_persons_decision(waiting: Attempt, ines: User) -> None:
    grade = decide(waiting, "3", ines)
    review = Review.objects.get()
    assert (review.attempt, review.question, review.reviewer) == (waiting, question_of(waiting, "hand_in"), ines)
    assert (review.points, review.criteria, review.comment, review.at) == (3, {"c": "3"}, "Seen", LATER)
    assert grade
    assert (grade.last_review, grade.reason, grade.actor, grade.at) == (review, manual.REVIEWED_REASON, ines, LATER)
    assert grade.details[str(review.question)] == {
        "points": "3.00", "max_points": "4.00", "outcome": "partial", "rule": "by-person", "matched": "",
    }  # fmt: skip
    # The first whole grade is no regrade, and nobody is told of a change.
    change = GradeChange.objects.get()
    assert (change.reason, change.revision, change.points) == (GradeChange.Reason.GRADED, 2, 16)
    assert not GradeNotice.objects.exists()
    assert manual.pending_questions(waiting) == []
    # By the decisions until then, or by none of them.
    assert scoring.compute_grading(waiting, last_review=review.pk).last_review == review.pk
    assert scoring.compute_grading(waiting, last_review=review.pk - 1).last_review is None
    assert scoring.compute_grading(waiting).points == 16


@pytest.mark.parametrize("kind", ["fill_in", "numeric"])
@pytest.mark.parametrize(
    ("points", "worth", "outcome"), [("9", "2.00", "correct"), ("2", "2.00", "correct"), ("0", "0.00", "incorrect")]
)
def test_a_decision_goes_before_the_machines(
    waiting: Attempt, ines: User, kind: str, points: str, worth: str, outcome: str
) -> None:
    grade = decide(waiting, points, ines, kind=kind)
    assert (grade is None) == (Review.objects.count() == 0)
    found = scoring.compute_grading(fresh(waiting)).scores[str(question_of(waiting, kind))]
    assert found == Score(worth, "2.00", outcome, "by-person")  # type: ignore[arg-type]


def test_only_what_differs_is_another_decision(waiting: Attempt, ines: User, otto: User) -> None:
    decide(waiting, "3", ines)
    first = Review.objects.get().pk
    assert decide(waiting, "3", otto, seen=0) is None
    assert Review.objects.count() == 1
    for language, sentence in (
        ("en", "^Somebody else has graded this in the meantime. Look at it again.$"),
        ("ko", r"[가-힣]"),
    ):
        with translation.override(language), pytest.raises(manual.ReviewOvertaken, match=sentence):
            decide(waiting, "2", otto, seen=first - 1)
    assert decide(waiting, "2", otto, seen=first)
    assert decide(waiting, "1", otto)
    for change in ({"points": Decimal(2)}, {"criteria": {"c": "x"}}, {"comment": "x"}):
        count = Review.objects.count()
        decision = manual.Decision(**{"points": Decimal(1), "criteria": {"c": "1"}, "comment": "Seen", **change})  # type: ignore[arg-type]  # the cases give wrong values on purpose
        question = question_of(waiting, "hand_in")
        manual.record_reviews(attempt=waiting, decisions={question: decision}, reviewer=otto, now=LATER)
        assert Review.objects.count() == count + 1
        decide(waiting, "1", otto)


def test_one_decision_that_stands_does_not_stop_the_next(waiting: Attempt, ines: User) -> None:
    decide(waiting, "3", ines)
    same = manual.Decision(Decimal(3), {"c": "3"}, "Seen")
    new = manual.Decision(Decimal(1), {})
    decisions = {question_of(waiting, "hand_in"): same, question_of(waiting, "numeric"): new}
    manual.record_reviews(attempt=waiting, decisions=decisions, reviewer=ines, now=LATER)
    assert [review.question for review in Review.objects.all()] == list(decisions)
    assert Review.objects.last().comment == ""  # type: ignore[union-attr]


def test_what_is_not_graded_is_not_held(quiz: Quiz, enrolment: Enrolment, waiting: Attempt) -> None:
    assert revisions.lock_graded_attempt(waiting)
    assert not revisions.lock_graded_attempt(Attempt(pk=waiting.pk + 1))
    for status, is_graded in (("submitted", False), ("grading", False), ("needs_attention", False), ("graded", True)):
        Attempt.objects.update(status=status)
        assert revisions.lock_graded_attempt(waiting) == is_graded


def test_the_sweep_rings_for_the_longest_waiting_and_no_more_than_it_can(
    quiz: Quiz, enrolment: Enrolment, rung: list[Any], monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    waiting = [submitted(quiz, EnrolmentFactory(course=enrolment.course)) for _ in range(3)]
    for minutes, attempt in zip((2, 3, 1), waiting, strict=True):
        Attempt.objects.filter(pk=attempt.pk).update(submitted_at=NOW - timedelta(minutes=minutes))
    monkeypatch.setattr(automatic, "SWEEP_LIMIT", 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert automatic.sweep(now=NOW) == automatic.Sweep(queued=2, given_up=0)
    assert rung == [(tasks.grade_attempts.name, {"attempt_ids": [waiting[1].pk, waiting[0].pk]})]
    rung.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert automatic.sweep(now=NOW, after=timedelta(minutes=3)).queued == 1
    assert rung == [(tasks.grade_attempts.name, {"attempt_ids": [waiting[1].pk]})]


def test_what_is_given_up_waits_for_a_person_who_lets_it_try_again(
    quiz: Quiz, enrolment: Enrolment, rung: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    attempt, other = submitted(quiz, enrolment), submitted(quiz, EnrolmentFactory(course=enrolment.course))
    Attempt.objects.filter(pk=attempt.pk).update(
        status="grading", grading_attempts=automatic.MAX_GRADING_ATTEMPTS, lease_until=NOW
    )
    assert automatic.sweep(now=NOW).given_up == 1
    attempt.refresh_from_db()
    assert (attempt.status, attempt.lease_until, attempt.grading_attempts) == (
        "needs_attention",
        None,
        automatic.MAX_GRADING_ATTEMPTS,
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert not automatic.retry_grading(attempt=other)
        assert automatic.retry_grading(attempt=attempt) is True
    attempt.refresh_from_db()
    assert (attempt.status, attempt.grading_attempts) == ("submitted", 0)
    assert rung == [(tasks.grade_attempts.name, {"attempt_ids": [attempt.pk]})]
