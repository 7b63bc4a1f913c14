"""Owns what a student may see of an attempt that is over: the score at once, the answers not before their time.

The answers are shown when nothing can be won by knowing them any more: no attempt is left, the marks are full, or the
student gave up what was left (`reveal`). So a retake never profits from the key. A lesson's check, which counts for
nothing, shows them after each attempt.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.api import DomainError
from courses.models import Enrolment
from quizzes.models import Answer, AnswerKey, Attempt, AttemptGrade, Quiz
from quizzes.questions import Response, Spec, feedback_for


class NotRevealable(DomainError):
    slug = "answers-not-available"
    status = 409


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question of a graded attempt. `feedback`, `solution` and `lesson` are empty until the answers are shown.

    `lesson` is "slug#heading", where the question is explained: for a question that asks for a term, the lesson's name
    gives the answer away. `solution` is {"choices": [uuid]} or {"accept": [str]}.
    """

    view: Spec
    response: Response
    points: str
    max_points: str
    outcome: str
    lesson: str = ""
    feedback: list[dict[str, Any]] = field(default_factory=list)
    solution: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What can be said of an attempt now; `questions` is empty until it is graded."""

    attempt: Attempt
    is_passed: bool
    answers_shown: bool
    can_reveal: bool
    questions: list[QuestionResult]

    @property
    def is_graded(self) -> bool:
        return self.attempt.status == Attempt.Status.GRADED


@dataclass(frozen=True, slots=True)
class QuizOverview:
    """A quiz as one student finds it. `attempts_left` is None where any number is allowed."""

    attempts: list[Attempt]
    attempts_left: int | None
    is_revealed: bool

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.status == Attempt.Status.IN_PROGRESS), None)

    @property
    def can_start(self) -> bool:
        """Whether a new attempt may start; an open one can always be resumed."""
        return not self.open_attempt and not self.is_revealed and self.attempts_left != 0


def overview(*, quiz: Quiz, enrolment: Enrolment) -> QuizOverview:
    """The student's attempts at the quiz, the last first. One query."""
    attempts = list(Attempt.objects.filter(quiz=quiz, enrolment=enrolment).order_by("-number"))
    used = attempts[0].number if attempts else 0
    left = None if quiz.attempts_allowed is None else max(0, quiz.attempts_allowed - used)
    revealed = quiz.is_graded and any(attempt.answers_revealed_at for attempt in attempts)
    return QuizOverview(attempts, left, revealed)


def result(attempt: Attempt) -> Result:
    """What the student may see now. Reads the answer key only when the answers may be shown."""
    if attempt.status != Attempt.Status.GRADED:
        return Result(attempt, is_passed=False, answers_shown=False, can_reveal=False, questions=[])
    quiz = attempt.quiz
    passed = attempt.percent is not None and attempt.percent >= quiz.pass_mark
    shown = _answers_shown(attempt)
    may_ask = {Quiz.ShowAnswers.AFTER_EACH: True, Quiz.ShowAnswers.AFTER_PASS: passed, Quiz.ShowAnswers.NEVER: False}
    can_reveal = not shown and may_ask[Quiz.ShowAnswers(quiz.show_answers)]
    return Result(attempt, passed, shown, can_reveal, _question_results(attempt, with_key=shown))


def _answers_shown(attempt: Attempt) -> bool:
    quiz = attempt.quiz
    if quiz.show_answers == Quiz.ShowAnswers.NEVER:
        return False
    if quiz.show_answers == Quiz.ShowAnswers.AFTER_EACH and not quiz.is_graded:
        return True
    seen = overview(quiz=quiz, enrolment=attempt.enrolment)
    if seen.is_revealed:
        return True
    # Whoever has full marks has given every right answer already.
    full = any(a.points is not None and a.points == a.max_points for a in seen.attempts)
    return (full or seen.attempts_left == 0) and not seen.open_attempt


def _question_results(attempt: Attempt, *, with_key: bool) -> list[QuestionResult]:
    grade = AttemptGrade.objects.filter(attempt=attempt).order_by("-revision").first()
    if grade is None:
        return []
    responses = {str(answer.question): answer.response for answer in Answer.objects.filter(attempt=attempt)}
    key = AnswerKey.objects.get(version_id=attempt.version_id).content if with_key else {}
    results = []
    for view in attempt.version.content["questions"]:
        score = grade.details[view["uuid"]]
        response = responses.get(view["uuid"], {})
        spec = key.get(view["uuid"])
        results.append(
            QuestionResult(
                view=view,
                response=response,
                points=score["points"],
                max_points=score["max_points"],
                outcome=score["outcome"],
                lesson=spec["lesson"] if spec else "",
                feedback=feedback_for(spec, response, score) if spec else [],
                solution=_solution(spec) if spec else {},
            )
        )
    return results


def _solution(spec: Spec) -> dict[str, Any]:
    if spec["kind"] == "short_answer":
        return {"accept": spec["accept"]}
    return {"choices": [choice["uuid"] for choice in spec["choices"] if choice["correct"]]}


def reveal(*, attempt: Attempt, now: datetime) -> Attempt:
    """Show the answers and give up the attempts that are left. Twice is once.

    Raises NotRevealable where they are never shown, the quiz is not passed yet, or an attempt is open.
    """
    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=attempt.enrolment_id)
        state = result(attempt)
        if state.answers_shown:
            return attempt
        if not state.can_reveal or overview(quiz=attempt.quiz, enrolment=attempt.enrolment).open_attempt:
            raise NotRevealable(_("The answers can be shown once you have passed and no attempt is open."))
        Attempt.objects.filter(pk=attempt.pk, answers_revealed_at=None).update(answers_revealed_at=now)
    attempt.refresh_from_db(fields=["answers_revealed_at"])
    return attempt
