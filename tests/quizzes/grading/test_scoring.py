"""Which key, which files and which decisions a score is computed from."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from courses.models import Enrolment
from questions import Outcome, Score
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.authoring.models import Quiz
from quizzes.grading import manual, scoring
from quizzes.grading.models import Review
from quizzes.taking import save, start, submit
from tests.factories import EnrolmentFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import NOW, choosing, fresh, graded, of_every_kind, other_choice_right, question_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
OWN_KEY = {"q": {"kind": "numeric", "value": 1}}


def test_a_question_is_graded_by_the_other_versions_spec() -> None:
    better = {"kind": "numeric", "value": 2}
    assert scoring.spec_for("q", own=OWN_KEY, other={"q": better}) == better


def test_a_question_that_changed_its_kind_is_graded_by_its_own_spec() -> None:
    assert scoring.spec_for("q", own=OWN_KEY, other={"q": {"kind": "ordering"}}) == OWN_KEY["q"]


def test_a_question_that_was_removed_is_graded_by_its_own_spec() -> None:
    assert scoring.spec_for("q", own=OWN_KEY, other={}) == OWN_KEY["q"]


@pytest.fixture
def wrong_then_right(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """An attempt whose answer to `q0` is wrong by its own key and right by the current version's."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    submit.submit(attempt=attempt, answers=choosing(quiz, 1), now=NOW)
    other_choice_right(quiz)
    return fresh(attempt)


def test_the_key_is_that_of_the_version_asked_for(wrong_then_right: Attempt, quiz: Quiz) -> None:
    attempt = wrong_then_right
    assert quiz.current_version_id is not None
    before = scoring.answer_key_for(attempt, attempt.version_id)
    after = scoring.answer_key_for(attempt, quiz.current_version_id)
    assert list(before) == list(after) == [question["uuid"] for question in attempt.public_questions]
    changed = str(quiz.questions.get(key="q0").uuid)
    assert {uuid for uuid in before if before[uuid] != after[uuid]} == {changed}
    assert [choice["correct"] for choice in before[changed]["choices"]] == [True, False, False]


def test_an_attempt_is_graded_by_its_own_version_by_default(wrong_then_right: Attempt) -> None:
    assert scoring.compute_grading(wrong_then_right).points == 2


def test_an_attempt_can_be_graded_by_another_version(wrong_then_right: Attempt, quiz: Quiz) -> None:
    assert scoring.compute_grading(wrong_then_right, version_id=quiz.current_version_id).points == 3


@pytest.fixture
def with_files(quiz: Quiz, enrolment: Enrolment) -> tuple[Attempt, list[str]]:
    """An attempt with two files that count, one that was removed, and another student's file."""
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

    counted = [add(attempt, "a.txt"), add(attempt, "b.txt")]
    add(attempt, "removed.txt", removed_at=NOW)
    add(other, "other.txt")
    return attempt, counted


def test_files_without_a_text_are_a_response(with_files: tuple[Attempt, list[str]]) -> None:
    attempt, files = with_files
    assert scoring.responses_by_question(attempt) == {str(question_of(attempt, "hand_in")): {"files": files}}


def test_files_are_added_to_the_text(with_files: tuple[Attempt, list[str]]) -> None:
    attempt, files = with_files
    question = question_of(attempt, "hand_in")
    save.save_answer(attempt=attempt, question=question, response={"text": "See there"}, now=NOW)
    assert scoring.responses_by_question(attempt) == {str(question): {"text": "See there", "files": files}}


# --- decisions of persons -------------------------------------------------------------------------------------


@pytest.fixture
def waiting(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """A graded attempt with one question that waits for manual grading."""
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    started = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return graded(quiz, enrolment, of_every_kind(started))


def decide(attempt: Attempt, points: str, reviewer: User, kind: str = "hand_in") -> None:
    decision = manual.Decision(Decimal(points), {"c": points}, "Seen")
    manual.record_reviews(
        attempt=attempt, decisions={question_of(attempt, kind): decision}, reviewer=reviewer, now=LATER
    )


@pytest.mark.parametrize("kind", ["fill_in", "numeric"])
@pytest.mark.parametrize(
    ("points", "worth", "outcome"), [("9", "2.00", "correct"), ("2", "2.00", "correct"), ("0", "0.00", "incorrect")]
)
def test_a_persons_decision_replaces_the_computed_score(
    waiting: Attempt, ines: User, kind: str, points: str, worth: str, outcome: Outcome
) -> None:
    decide(waiting, points, ines, kind=kind)
    score = scoring.compute_grading(fresh(waiting)).scores[str(question_of(waiting, kind))]
    assert score == Score(worth, "2.00", outcome, "by-person")


def test_a_grading_uses_the_reviews_up_to_the_one_named(waiting: Attempt, ines: User) -> None:
    decide(waiting, "3", ines)
    review = Review.objects.get()
    grading = scoring.compute_grading(waiting, last_review=review.pk)
    assert grading.last_review == review.pk
    assert grading.points == 16


def test_a_grading_ignores_later_reviews(waiting: Attempt, ines: User) -> None:
    decide(waiting, "3", ines)
    grading = scoring.compute_grading(waiting, last_review=Review.objects.get().pk - 1)
    assert grading.last_review is None
    assert grading.is_pending


def test_a_grading_uses_all_reviews_by_default(waiting: Attempt, ines: User) -> None:
    decide(waiting, "3", ines)
    assert scoring.compute_grading(waiting).points == 16
