"""Present an attempt to whoever grades it: each question with key, answer, score and earlier decisions."""

from dataclasses import dataclass
from typing import Any

from common import languages
from questions import KINDS, PENDING, Spec
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.attempts.presentation import PresentedQuestion, present_attempt
from quizzes.grading import revisions, scoring
from quizzes.grading.explanations import answer_text, explain_by_rule, question_text, solution_text
from quizzes.grading.models import AttemptGrade, Review
from quizzes.results import question_results


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """One question of an attempt, in the grader's language. `reviews` are the decisions of people, the last one last.

    Those that were taken back are not among them; `withdrawn` is the last of these.
    """

    question: PresentedQuestion
    spec: Spec
    score: dict[str, Any]
    reviews: list[Review]
    files: list[HandInFile]
    withdrawn: Review | None = None

    @property
    def text(self) -> str:
        return question_text(self.spec)

    @property
    def answer(self) -> str:
        return answer_text(self.spec, self.question.response)

    @property
    def has_text(self) -> bool:
        return KINDS[self.spec["kind"]].is_answered(self.question.response)

    @property
    def why(self) -> str:
        return explain_by_rule(self.spec, self.question.response)

    @property
    def right(self) -> str:
        return solution_text(self.spec)

    @property
    def notes(self) -> str:
        return languages.choose(self.spec.get("notes"))

    @property
    def is_pending(self) -> bool:
        return bool(self.score["outcome"] == PENDING)

    @property
    def is_open(self) -> bool:
        """Whether somebody is expected to decide. Others can be decided on as well, but their fields are collapsed."""
        return self.is_pending or bool(self.reviews) or KINDS[self.spec["kind"]].by_person

    @property
    def last_review(self) -> Review | None:
        return self.reviews[-1] if self.reviews else None


@dataclass(frozen=True, slots=True)
class ReviewedAttempt:
    """`seen` is the number of the last decision: a later one by somebody else is not overwritten (`manual.record_reviews`)."""

    attempt: Attempt
    grade: AttemptGrade
    questions: list[ReviewedQuestion]
    seen: int

    @property
    def pending(self) -> int:
        return sum(question.is_pending for question in self.questions)


def get_reviewed(attempt: Attempt) -> ReviewedAttempt:
    """Return the attempt as whoever grades it sees it. The number of queries does not depend on the questions."""
    grade = revisions.last_grade(attempt)
    key = scoring.answer_key_for(attempt, grade.version_id)
    reviews: dict[str, list[Review]] = {}
    for review in Review.objects.filter(attempt=attempt).select_related("reviewer").order_by("pk"):
        reviews.setdefault(str(review.question), []).append(review)
    seen = max((review.pk for each in reviews.values() for review in each), default=0)
    files = question_results.files_by_question(attempt)
    questions = [
        ReviewedQuestion(
            question,
            key[question.uuid],
            grade.details[question.uuid],
            _standing(given := reviews.get(question.uuid, [])),
            files.get(question.uuid, []),
            _last_withdrawn(given),
        )
        for question in present_attempt(attempt)
    ]
    return ReviewedAttempt(attempt, grade, questions, seen)


def _standing(reviews: list[Review]) -> list[Review]:
    """Return the decisions that were not taken back: those after the last one that withdrew."""
    withdrawn = [place for place, review in enumerate(reviews, 1) if review.is_withdrawn]
    return reviews[withdrawn[-1] :] if withdrawn else reviews


def _last_withdrawn(reviews: list[Review]) -> Review | None:
    given = [review for review in reviews[:-1] if not review.is_withdrawn]
    return given[-1] if given and reviews[-1].is_withdrawn else None
