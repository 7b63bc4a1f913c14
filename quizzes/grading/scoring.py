"""Compute what an attempt is worth from answers, answer key, reviews and late deduction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.attempts.rules import after_deduction
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import history
from quizzes.grading.models import AttemptGrade, Review
from quizzes.questions import KINDS, PENDING, Outcome, Response, Score, Spec


@dataclass(frozen=True, slots=True)
class Grading:
    """What an attempt is worth. `points` are after the deduction; `last_review` is the decision seen last."""

    scores: dict[str, Score]
    points: Decimal
    max_points: Decimal
    last_review: int | None

    @property
    def is_pending(self) -> bool:
        """Whether a part waits for a person."""
        return any(score.outcome == PENDING for score in self.scores.values())

    @property
    def details(self) -> dict[str, Any]:
        return {uuid: score.as_dict() for uuid, score in self.scores.items()}


def is_pending(grade: AttemptGrade) -> bool:
    """Whether a stored grading has a part that waits for a person, and so has entered no grade."""
    return any(score["outcome"] == PENDING for score in grade.details.values())


def responses_by_question(attempt: Attempt) -> dict[str, Response]:
    """What was answered to each question, with the files of those that take files."""
    responses = {str(answer.question): answer.response for answer in queries.get_answers(attempt)}
    if any(KINDS[view["kind"]].with_files for view in attempt.public_questions):
        for question, uuid in HandInFile.objects.counted().filter(attempt=attempt).values_list("question", "uuid"):
            responses.setdefault(str(question), {}).setdefault("files", []).append(str(uuid))
    return responses


def answer_key_for(attempt: Attempt, version_id: int) -> dict[str, Spec]:
    """The specs that the attempt's questions are graded by the key of a version."""
    own = AnswerKey.objects.get(version_id=attempt.version_id).content
    other = own if version_id == attempt.version_id else AnswerKey.objects.get(version_id=version_id).content
    return {view["uuid"]: spec_for(view["uuid"], own=own, other=other) for view in attempt.public_questions}


def spec_for(question: str, *, own: Mapping[str, Spec], other: Mapping[str, Spec]) -> Spec:
    """By what a question is graded: the other version's key, or the attempt's own where the question is no longer in it
    or has become one of another kind, which the answer was not given to."""
    spec = other.get(question)
    return spec if spec and spec["kind"] == own[question]["kind"] else own[question]


def compute_grading(
    attempt: Attempt,
    *,
    version_id: int | None = None,
    last_review: int | None = None,
    key: Mapping[str, Spec] | None = None,
) -> Grading:
    """Grade by the attempt's version or another one, with the decisions of persons up to `last_review` (None: all).

    `key` is that of the attempt's own version, where it is at hand.
    """
    key = key or answer_key_for(attempt, version_id or attempt.version_id)
    responses = responses_by_question(attempt)
    decided = {
        str(review.question): review
        for review in history.get_reviews(attempt)
        if last_review is None or review.pk <= last_review
    }
    scores = {}
    for uuid in (view["uuid"] for view in attempt.public_questions):
        spec = key[uuid]
        score = KINDS[spec["kind"]].grade(spec, responses.get(uuid, {}))
        scores[uuid] = _with_review(score, decided[uuid]) if uuid in decided else score
    points = sum((Decimal(score.points) for score in scores.values()), Decimal(0))
    return Grading(
        scores,
        after_deduction(points, attempt.late_deduction),
        sum((Decimal(score.max_points) for score in scores.values()), Decimal(0)),
        max((review.pk for review in decided.values()), default=None),
    )


def _with_review(score: Score, review: Review) -> Score:
    """A person's decision goes before the machine's; it is worth no more than the question."""
    top = Decimal(score.max_points)
    points = min(review.points, top)
    outcome: Outcome = "correct" if points == top else "partial" if points else "incorrect"
    return replace(score, points=f"{points:.2f}", outcome=outcome, rule="by-person", matched="", parts=[])
