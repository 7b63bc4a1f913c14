"""Compute the points of an attempt from its answers, answer key, reviews and late deduction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from questions import KINDS, PENDING, Outcome, Response, Score, Spec
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.attempts.rules import after_deduction
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import history
from quizzes.grading.models import AttemptGrade, Review


@dataclass(frozen=True, slots=True)
class Grading:
    """The computed points of an attempt. `points` are after the deduction; `last_review` is the id of the last review used."""

    scores: dict[str, Score]
    points: Decimal
    max_points: Decimal
    last_review: int | None

    @property
    def is_pending(self) -> bool:
        """Whether a question waits for manual grading."""
        return any(score.outcome == PENDING for score in self.scores.values())

    @property
    def details(self) -> dict[str, Any]:
        return {uuid: score.as_dict() for uuid, score in self.scores.items()}


def is_pending(grade: AttemptGrade) -> bool:
    """Return whether a question of a stored grading waits for manual grading, so that the gradebook does not have it."""
    return any(score["outcome"] == PENDING for score in grade.details.values())


def responses_by_question(attempt: Attempt) -> dict[str, Response]:
    """Return the responses by question, with `files` (uuids) for questions that take files. One or two queries."""
    responses = {str(answer.question): answer.response for answer in queries.get_answers(attempt)}
    if any(KINDS[question["kind"]].with_files for question in attempt.public_questions):
        for question, uuid in HandInFile.objects.counted().filter(attempt=attempt).values_list("question", "uuid"):
            responses.setdefault(str(question), {}).setdefault("files", []).append(str(uuid))
    return responses


def answer_key_for(attempt: Attempt, version_id: int) -> dict[str, Spec]:
    """Return the specs by question that the attempt is graded by with the key of a version. One or two queries."""
    own = AnswerKey.objects.get(version_id=attempt.version_id).content
    other = own if version_id == attempt.version_id else AnswerKey.objects.get(version_id=version_id).content
    return {uuid: spec_for(uuid, own=own, other=other) for uuid in (each["uuid"] for each in attempt.public_questions)}


def spec_for(question: str, *, own: Mapping[str, Spec], other: Mapping[str, Spec]) -> Spec:
    """Return the question's spec in `other`, or in `own` if `other` does not have the question or has it with another kind.

    `own` is the key of the attempt's version; `other` is the key of the version to grade by.
    """
    spec = other.get(question)
    return spec if spec and spec["kind"] == own[question]["kind"] else own[question]


def compute_grading(
    attempt: Attempt,
    *,
    version_id: int | None = None,
    last_review: int | None = None,
    key: Mapping[str, Spec] | None = None,
) -> Grading:
    """Grade by the key of `version_id` (default: the attempt's), with the reviews up to `last_review` (None: all).

    `key` may pass the attempt's own answer key to save its query. Stores nothing.
    """
    key = key or answer_key_for(attempt, version_id or attempt.version_id)
    responses = responses_by_question(attempt)
    decided = {
        str(review.question): review
        for review in history.get_reviews(attempt)
        if last_review is None or review.pk <= last_review
    }
    scores = {}
    for uuid in (question["uuid"] for question in attempt.public_questions):
        spec = key[uuid]
        score = KINDS[spec["kind"]].grade(spec, responses.get(uuid, {}))
        review = decided.get(uuid)
        scores[uuid] = _with_review(score, review) if review and not review.is_withdrawn else score
    points = sum((Decimal(score.points) for score in scores.values()), Decimal(0))
    return Grading(
        scores,
        after_deduction(points, attempt.late_deduction),
        sum((Decimal(score.max_points) for score in scores.values()), Decimal(0)),
        max((review.pk for review in decided.values()), default=None),
    )


def _with_review(score: Score, review: Review) -> Score:
    """Replace the computed score by a person's decision, limited to the question's points."""
    top = Decimal(score.max_points)
    points = min(review.points, top)
    outcome: Outcome = "correct" if points == top else "partial" if points else "incorrect"
    return replace(score, points=f"{points:.2f}", outcome=outcome, rule="by-person", matched="", parts=[])
