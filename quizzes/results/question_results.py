"""Build the result of single questions, without the answer key until it may be shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from questions import KINDS, PENDING, Response, Spec, feedback_for
from quizzes.attempts import queries
from quizzes.attempts.digests import response_digest
from quizzes.attempts.models import Answer, Attempt, HandInFile
from quizzes.attempts.presentation import PresentedQuestion, present_attempt
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import QuizVersion, get_answer_key
from quizzes.grading import history
from quizzes.grading.models import AttemptGrade, Review
from quizzes.grading.scoring import spec_for

# The outcome that a student is shown while the real one is secret.
HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class ChoiceState:
    """How one choice of a graded question is shown. `mark` is ✓ (right), ✗ (wrong), • (chosen) or a space."""

    mark: str
    is_chosen: bool = False
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeHead:
    """What stands above a graded answer. `right`, `all` and `wrong` count the choices of a question with several right ones.

    `by_person`: only a person grades the question, so its points are not called right or wrong.
    """

    outcome: str
    points: str
    max_points: str
    right: int = 0
    all: int = 0
    wrong: int = 0
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question of a graded attempt. `feedback`, `solution`, `lesson` and `rule` are empty until the answers are shown.

    `question` is the public form. `lesson` is "slug#heading", where the question is explained; it is hidden with the answers
    because a lesson's name can give the answer away. `points` is empty if the outcome is `hidden`. `solution` has the form of
    the question's kind; `parts` is the outcome of each part. `comment` and `criteria` come from manual grading.
    """

    question: Spec
    response: Response
    points: str
    max_points: str
    outcome: str
    rule: str = ""
    lesson: str = ""
    feedback: list[dict[str, Any]] = field(default_factory=list)
    solution: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    comment: str = ""
    criteria: dict[str, str] = field(default_factory=dict)
    files: list[HandInFile] = field(default_factory=list)

    @property
    def chosen(self) -> dict[str, int]:
        """Return how many chosen choices are `right` (of `all` right ones) and `wrong`. {} for one choice, and while hidden."""
        if self.question["kind"] != "multiple_choice" or not self.solution or not self.response.get("choices"):
            return {}
        chosen, right = set(self.response["choices"]), set(self.solution["choices"])
        return {"right": len(chosen & right), "all": len(right), "wrong": len(chosen - right)}

    @property
    def head(self) -> OutcomeHead:
        by_person = KINDS[self.question["kind"]].by_person
        return OutcomeHead(self.outcome, self.points, self.max_points, **self.chosen, by_person=by_person)

    def state_of(self, choice: Mapping[str, Any]) -> ChoiceState:
        """Return how a choice of the presented question is shown."""
        is_chosen = choice["is_chosen"]
        if choice["uuid"] in self.solution.get("choices", ()):
            return ChoiceState("✓", is_chosen, is_missing=not is_chosen and bool(self.chosen))
        if not is_chosen:
            return ChoiceState(" ")
        # While the answers are hidden, the outcome of a single choice still says whether it was the right one.
        if self.outcome == "correct":
            return ChoiceState("✓", is_chosen)
        if self.solution or (self.outcome == "incorrect" and self.question["kind"] == "single_choice"):
            return ChoiceState("✗", is_chosen)
        return ChoiceState("•", is_chosen)


def build_question_result(
    question: Spec,
    response: Response,
    score: dict[str, Any],
    spec: Spec | None,
    *,
    review: Review | None = None,
    files: list[HandInFile] | None = None,
) -> QuestionResult:
    """Return one answer with its score; with `spec` also the feedback and the solution."""
    return QuestionResult(
        question=question,
        response=response,
        points=score["points"],
        max_points=score["max_points"],
        outcome=score["outcome"],
        rule=score["rule"] if spec else "",
        lesson=spec["lesson"] if spec else "",
        feedback=feedback_for(spec, response, score) if spec else [],
        solution=KINDS[spec["kind"]].solution(spec) if spec else {},
        parts={part["of"]: part["outcome"] for part in score.get("parts", [])} if spec else {},
        comment=review.comment if review else "",
        criteria=review.criteria if review else {},
        files=files or [],
    )


def unjudged_result(question: Spec, response: Response) -> QuestionResult:
    """Return an answer for reading: nothing says whether it is right."""
    return QuestionResult(question, response, points="", max_points=question["points"], outcome=HIDDEN)


def present_unjudged(
    attempt: Attempt, responses: Mapping[str, Response]
) -> dict[str, tuple[PresentedQuestion, QuestionResult, str]]:
    """Return the questions of an attempt with these responses, for reading: nothing says whether they are right.

    The third value is the digest of the response.
    """
    questions = present_attempt(attempt, dict(responses))
    return {
        question.uuid: (
            question,
            unjudged_result(public, question.response),
            response_digest(public, question.response),
        )
        for public, question in zip(attempt.public_questions, questions, strict=True)
    }


def get_question_results(attempt: Attempt, grade: AttemptGrade, *, with_key: bool) -> list[QuestionResult]:
    """Return the results of a grading in the attempt's order; the key is used for all questions or the confirmed ones."""
    answers = queries.get_answers(attempt)
    responses = {str(answer.question): answer.response for answer in answers}
    # The student has already seen the feedback to confirmed answers.
    shown = {question["uuid"] for question in attempt.public_questions if with_key} | {
        str(answer.question) for answer in answers if answer.confirmed_at
    }
    key = _answer_key(attempt, grade.version) if shown else {}
    details = {
        uuid: score if uuid in shown else _hide_score(attempt.quiz, score) for uuid, score in grade.details.items()
    }
    reviews = _reviews_by_question(attempt) if any(score["rule"] == "by-person" for score in details.values()) else {}
    files = files_by_question(attempt)
    return [
        build_question_result(
            question,
            responses.get(uuid := question["uuid"], {}),
            details[uuid],
            key.get(uuid) if uuid in shown else None,
            review=reviews.get(uuid),
            files=files.get(uuid, []),
        )
        for question in attempt.public_questions
    ]


def _answer_key(attempt: Attempt, version: QuizVersion) -> dict[str, Spec]:
    """Return the specs by question that the attempt was graded by with the key of a version. No query if they are cached."""
    own, other = get_answer_key(attempt.version), get_answer_key(version)
    return {uuid: spec_for(uuid, own=own, other=other) for uuid in (each["uuid"] for each in attempt.public_questions)}


def confirmed_results(attempt: Attempt, answers: Iterable[Answer] | None = None) -> dict[str, QuestionResult]:
    """Return the results of an open attempt's confirmed answers by question; empty unless feedback is shown at once.

    One query if the stored `answers` are not given.
    """
    if attempt.quiz.show_answers != Quiz.ShowAnswers.AT_ONCE:
        return {}
    stored = queries.get_answers(attempt) if answers is None else answers
    confirmed = {str(answer.question): answer.response for answer in stored if answer.confirmed_at}
    key = get_answer_key(attempt.version) if confirmed else {}
    return {
        uuid: build_question_result(question, confirmed[uuid], _grade(key[uuid], confirmed[uuid]), key[uuid])
        for question in attempt.public_questions
        if (uuid := question["uuid"]) in confirmed
    }


def _grade(spec: Spec, response: Response) -> dict[str, Any]:
    return KINDS[spec["kind"]].grade(spec, response).as_dict()


def files_by_question(attempt: Attempt) -> dict[str, list[HandInFile]]:
    """Return the submitted files that count, by question. One query if a question takes files, else none."""
    if not any(KINDS[question["kind"]].with_files for question in attempt.public_questions):
        return {}
    by_question: dict[str, list[HandInFile]] = {}
    for file in HandInFile.objects.counted().filter(attempt=attempt):
        by_question.setdefault(str(file.question), []).append(file)
    return by_question


def _hide_score(quiz: Quiz, score: dict[str, Any]) -> dict[str, Any]:
    """Hide the outcome and points of one answer if the quiz shows its answers after the due date only or never.

    Otherwise a student with attempts left could find the key by trying, or pass it on before the due date. The total
    is always shown.
    """
    is_secret = quiz.show_answers in (Quiz.ShowAnswers.AFTER_DUE, Quiz.ShowAnswers.NEVER)
    if not is_secret or score["rule"] == "by-person" or score["outcome"] in (PENDING, "unanswered"):
        return score
    return {**score, "outcome": HIDDEN, "points": ""}


def _reviews_by_question(attempt: Attempt) -> dict[str, Review]:
    # Later reviews replace earlier ones.
    return {str(review.question): review for review in history.get_reviews(attempt)}
