"""Build the API's output objects for quizzes, attempts and results."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from common import languages
from courses.models import Activity
from questions import Response
from quizzes.attempts import queries
from quizzes.attempts.api_choices import Choice, choices_of
from quizzes.attempts.models import Answer, Attempt, HandInFile
from quizzes.attempts.presentation import PresentedQuestion, present_attempt
from quizzes.authoring.models import Quiz
from quizzes.grading.models import AttemptGrade
from quizzes.results import question_results
from quizzes.results.api import QuestionOutcome
from quizzes.results.attempt_results import Result
from quizzes.results.overview import QuizOverview
from quizzes.results.visibility import is_passed

# The public API does not show claims and failed grading attempts.
PUBLIC_STATUS = {
    Attempt.Status.IN_PROGRESS: "in_progress",
    Attempt.Status.SUBMITTED: "submitted",
    Attempt.Status.GRADING: "submitted",
    Attempt.Status.GRADED: "graded",
    Attempt.Status.NEEDS_REVIEW: "needs_review",
    Attempt.Status.NEEDS_ATTENTION: "needs_review",
}


@dataclass(slots=True)
class QuizBefore:
    """A quiz with one student's attempts at it."""

    quiz: Quiz
    activity: Activity
    overview: QuizOverview

    @property
    def intro_html(self) -> str:
        return languages.choose(self.quiz.intro_html)

    @property
    def question_count(self) -> int:
        version = self.quiz.current_version
        return version.question_count if version else 0

    @property
    def time_limit(self) -> int | None:
        limit = self.overview.rules.time_limit
        return None if limit is None else int(limit.total_seconds())

    @property
    def needs_access_code(self) -> bool:
        return bool(self.quiz.access_code)

    @property
    def can_start(self) -> bool:
        return self.overview.can_start and self.question_count > 0

    @property
    def open_attempt(self) -> UUID | None:
        attempt = self.overview.open_attempt
        return attempt.uuid if attempt else None


@dataclass(slots=True)
class AttemptSummary:
    """An attempt. `server_time` is the moment for which it is described."""

    attempt: Attempt
    server_time: datetime

    @property
    def quiz(self) -> UUID:
        """The uuid of the quiz's activity."""
        return self.attempt.quiz.activity.uuid

    @property
    def status(self) -> str:
        # It waits for the instructor, who releases it: there is nothing to poll for.
        if self.attempt.is_held and self.attempt.status == Attempt.Status.SUBMITTED:
            return "needs_review"
        return PUBLIC_STATUS[Attempt.Status(self.attempt.status)]

    @property
    def passed(self) -> bool | None:
        return None if self.attempt.percent is None else is_passed(self.attempt)


@dataclass(slots=True)
class AttemptQuestion:
    question: PresentedQuestion
    answer: Answer | None
    files: list[HandInFile]
    checked: QuestionOutcome | None

    @property
    def body(self) -> dict[str, Any]:
        return self.question.body

    @property
    def choices(self) -> list[Choice]:
        return choices_of(self.question)

    @property
    def response(self) -> Response | None:
        return self.answer.response if self.answer else None

    @property
    def sequence(self) -> int | None:
        return self.answer.sequence if self.answer else None

    @property
    def saved_at(self) -> datetime | None:
        return self.answer.saved_at if self.answer else None


@dataclass(slots=True)
class AttemptInFull(AttemptSummary):
    questions: list[AttemptQuestion]


@dataclass(slots=True)
class AttemptOutcome(AttemptSummary):
    answers_shown: bool
    can_reveal: bool
    questions: list[QuestionOutcome]
    changes: list[AttemptGrade]


def in_full(attempt: Attempt, now: datetime, *, is_new: bool = False) -> AttemptInFull:
    """Return the attempt with its questions and answers. One query; with files two. None for the answers of a new attempt."""
    answers = {} if is_new else {str(answer.question): answer for answer in queries.get_answers(attempt)}
    questions = present_attempt(attempt, {uuid: answer.response for uuid, answer in answers.items()})
    files = question_results.files_by_question(attempt)
    confirmed = question_results.confirmed_results(attempt, answers.values())
    checked = {uuid: QuestionOutcome(result) for uuid, result in confirmed.items()}
    return AttemptInFull(
        attempt,
        now,
        [
            AttemptQuestion(
                question, answers.get(question.uuid), files.get(question.uuid, []), checked.get(question.uuid)
            )
            for question in questions
        ],
    )


def outcome(result: Result, now: datetime) -> AttemptOutcome:
    return AttemptOutcome(
        result.attempt,
        now,
        result.answers_shown,
        result.can_reveal,
        [QuestionOutcome(question) for question in result.questions],
        result.regraded,
    )
