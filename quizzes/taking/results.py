"""Owns what a student may see of an attempt that is over: the score at once, the answers not before their time.

The answers are shown when nothing can be won by knowing them any more: no attempt is left or may start, the marks are
full, or the student gave up what was left (`reveal`). So a retake never profits from the key. A lesson's check, which
counts for nothing, shows them after each attempt unless they are never shown; "at once" shows a question's when its
answer has been closed.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from courses.models import Enrolment
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt, HandInFile, LateAnswer
from quizzes.attempts.rules import Rules, get_rules, get_rules_for_all
from quizzes.authoring.models import Quiz
from quizzes.grading import history
from quizzes.grading.models import AttemptGrade, Review
from quizzes.grading.scoring import answer_key_for, compute_grading, is_pending, responses_by_question
from quizzes.questions import KINDS, PENDING, Response, Spec, feedback_for

# The outcome of an answer of which nothing is said yet.
HIDDEN = "hidden"


class NotRevealable(DomainError):
    slug = "answers-not-available"
    status = 409
    help = gettext_lazy(
        "The answers cannot be shown: the quiz never shows them, it is not passed yet, or an attempt is open."
    )


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question of a graded attempt. `feedback`, `solution` and `lesson` are empty until the answers are shown.

    `lesson` is "slug#heading", where the question is explained: for a question that asks for a term, the lesson's name
    gives the answer away. `points` is empty where the outcome is `hidden`. `solution` is the kind's, `parts` the outcome
    of each part, shown with it. `comment` and `criteria` are the person's who graded it.
    """

    view: Spec
    response: Response
    points: str
    max_points: str
    outcome: str
    lesson: str = ""
    feedback: list[dict[str, Any]] = field(default_factory=list)
    solution: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    comment: str = ""
    criteria: dict[str, str] = field(default_factory=dict)
    files: list[HandInFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    """What can be said of an attempt now; `questions` is empty until it is graded, wholly or in part."""

    attempt: Attempt
    is_passed: bool
    answers_shown: bool
    can_reveal: bool
    questions: list[QuestionResult]
    regraded: list[AttemptGrade] = field(default_factory=list)
    overview: "QuizOverview | None" = None
    # Answers that came after the end and that nobody has decided on yet.
    late_answers: int = 0

    @property
    def pending(self) -> int:
        """How many questions wait for a person."""
        return sum(question.outcome == PENDING for question in self.questions)


@dataclass(frozen=True, slots=True)
class QuizOverview:
    """A quiz as one student finds it. `attempts_left` is None where any number is allowed."""

    attempts: list[Attempt]
    attempts_left: int | None
    is_revealed: bool
    rules: Rules
    is_open: bool
    opens_later: bool

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.status == Attempt.Status.IN_PROGRESS), None)

    @property
    def can_start(self) -> bool:
        """Whether a new attempt may start; an open one can always be resumed."""
        return self.is_open and not self.open_attempt and not self.is_revealed and self.attempts_left != 0

    @property
    def is_over(self) -> bool:
        """Whether no attempt is open and none will ever start by the rules as they are."""
        return not self.open_attempt and (self.attempts_left == 0 or self.is_revealed or self.is_closed)

    @property
    def is_closed(self) -> bool:
        return not self.is_open and not self.opens_later


def get_overview(*, quiz: Quiz, enrolment: Enrolment, now: datetime) -> QuizOverview:
    """The student's attempts at the quiz, the last first. One query, and two for the rules."""
    rules = get_rules(quiz, enrolment)
    return _overview(quiz, queries.get_attempts(quiz, enrolment), rules, now)


def _overview(quiz: Quiz, attempts: list[Attempt], rules: Rules, now: datetime) -> QuizOverview:
    used = attempts[0].number if attempts else 0
    left = None if rules.attempts_allowed is None else max(0, rules.attempts_allowed - used)
    revealed = quiz.is_graded and any(attempt.answers_revealed_at for attempt in attempts)
    return QuizOverview(attempts, left, revealed, rules, rules.is_open(now), rules.opens_later(now))


def get_result(attempt: Attempt, *, now: datetime) -> Result:
    """What the student may see now. Reads the answer key only when the answers may be shown."""
    if attempt.status not in (Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW):
        return Result(attempt, is_passed=False, answers_shown=False, can_reveal=False, questions=[])
    quiz = attempt.quiz
    passed = attempt.percent is not None and attempt.percent >= quiz.pass_mark
    seen = get_overview(quiz=quiz, enrolment=attempt.enrolment, now=now)
    shown = _answers_shown(quiz, seen, now)
    may_ask = {
        Quiz.ShowAnswers.AT_ONCE: True,
        Quiz.ShowAnswers.AFTER_EACH: True,
        Quiz.ShowAnswers.AFTER_PASS: passed,
        Quiz.ShowAnswers.AFTER_DUE: seen.rules.is_past_due(now),
        Quiz.ShowAnswers.NEVER: False,
    }
    is_graded = attempt.status == Attempt.Status.GRADED
    may_reveal = is_graded and not shown and not seen.open_attempt
    can_reveal = may_reveal and may_ask[Quiz.ShowAnswers(quiz.show_answers)]
    grades = history.get_grades(attempt)
    questions = _question_results(attempt, grades[-1], with_key=shown) if grades else []
    return Result(
        attempt,
        passed,
        shown,
        can_reveal,
        questions,
        _changed_revisions(grades),
        seen,
        _count_open_late_answers(attempt),
    )


def _count_open_late_answers(attempt: Attempt) -> int:
    # Only an attempt with a deadline has any: no query for the others.
    if attempt.deadline is None:
        return 0
    return LateAnswer.objects.filter(attempt=attempt, verdict=LateAnswer.Verdict.OPEN).count()


def _changed_revisions(grades: list[AttemptGrade]) -> list[AttemptGrade]:
    """The revisions that changed a grade which the student had seen."""
    whole = [grade for grade in grades if not is_pending(grade)]
    return [
        after
        for before, after in pairwise(whole)
        if (after.points, after.max_points) != (before.points, before.max_points)
    ]


def find_pairs_with_answers_shown(pairs: Collection[tuple[Quiz, Enrolment]], *, now: datetime) -> set[tuple[int, int]]:
    """Those of `pairs` whose student may see the answers now, as (quiz id, enrolment id): what `result` says, for many.

    Three queries however many they are; none for checks only.
    """
    attempts: dict[tuple[int, int], list[Attempt]] = {}
    graded = [(quiz, enrolment) for quiz, enrolment in pairs if quiz.is_graded]
    if graded:
        made = Attempt.objects.filter(
            quiz__in={quiz.pk for quiz, _ in graded}, enrolment__in={enrolment.pk for _, enrolment in graded}
        )
        for attempt in made.order_by("-number"):
            attempts.setdefault((attempt.quiz_id, attempt.enrolment_id), []).append(attempt)
    rules = get_rules_for_all(pairs)
    return {
        pair
        for quiz, enrolment in pairs
        if _answers_shown(
            quiz,
            _overview(quiz, attempts.get(pair := (quiz.pk, enrolment.pk), []), rules[quiz.pk, enrolment.pk], now),
            now,
        )
    }


def _answers_shown(quiz: Quiz, seen: QuizOverview, now: datetime) -> bool:
    if quiz.show_answers == Quiz.ShowAnswers.NEVER:
        return False
    if not quiz.is_graded:
        return True
    if seen.is_revealed:
        return True
    if quiz.show_answers == Quiz.ShowAnswers.AFTER_DUE and not seen.rules.is_past_due(now):
        return False
    # Whoever has full marks has given every right answer already.
    full = any(a.points is not None and a.points == a.max_points for a in seen.attempts)
    return (full and not seen.open_attempt) or seen.is_over


def confirmed_results(attempt: Attempt) -> dict[str, QuestionResult]:
    """Of an open attempt whose quiz shows feedback at once: the questions that the student has closed, by uuid."""
    if attempt.quiz.show_answers != Quiz.ShowAnswers.AT_ONCE:
        return {}
    closed = {
        str(question)
        for question in attempt.answers.filter(confirmed_at__isnull=False).values_list("question", flat=True)
    }
    if not closed:
        return {}
    key, responses = answer_key_for(attempt, attempt.version_id), responses_by_question(attempt)
    scores = compute_grading(attempt).details
    return {
        view["uuid"]: build_question_result(
            view, responses.get(view["uuid"], {}), scores[view["uuid"]], key[view["uuid"]]
        )
        for view in attempt.public_questions
        if view["uuid"] in closed
    }


def _question_results(attempt: Attempt, grade: AttemptGrade, *, with_key: bool) -> list[QuestionResult]:
    answers = queries.get_answers(attempt)
    responses = {str(answer.question): answer.response for answer in answers}
    # What the student has checked during the attempt is no secret after it.
    shown = {view["uuid"] for view in attempt.public_questions if with_key} | {
        str(a.question) for a in answers if a.confirmed_at
    }
    key = answer_key_for(attempt, grade.version_id) if shown else {}
    details = {
        uuid: score if uuid in shown else _hide_score(attempt.quiz, score) for uuid, score in grade.details.items()
    }
    reviews = _reviews(attempt) if any(score["rule"] == "by-person" for score in details.values()) else {}
    files = files_by_question(attempt)
    return [
        build_question_result(
            view,
            responses.get(view["uuid"], {}),
            details[view["uuid"]],
            key.get(view["uuid"]) if view["uuid"] in shown else None,
            review=reviews.get(view["uuid"]),
            files=files.get(view["uuid"], []),
        )
        for view in attempt.public_questions
    ]


def _hide_score(quiz: Quiz, score: dict[str, Any]) -> dict[str, Any]:
    """What may be said of one answer before the answers are shown.

    Where they are shown after the due date only or never, not even whether it is right: with attempts left the key could
    be found by trying, and before the due date it could be passed on. The sum is always told.
    """
    is_secret = quiz.show_answers in (Quiz.ShowAnswers.AFTER_DUE, Quiz.ShowAnswers.NEVER)
    if not is_secret or score["rule"] == "by-person" or score["outcome"] in (PENDING, "unanswered"):
        return score
    return {**score, "outcome": HIDDEN, "points": ""}


def _reviews(attempt: Attempt) -> dict[str, Review]:
    return {str(review.question): review for review in history.get_reviews(attempt)}


def files_by_question(attempt: Attempt) -> dict[str, list[HandInFile]]:
    """The files handed in, by question. A query only where a question takes files."""
    if not any(KINDS[view["kind"]].with_files for view in attempt.public_questions):
        return {}
    by_question: dict[str, list[HandInFile]] = {}
    for file in HandInFile.objects.counted().filter(attempt=attempt):
        by_question.setdefault(str(file.question), []).append(file)
    return by_question


def build_question_result(
    view: Spec,
    response: Response,
    score: dict[str, Any],
    spec: Spec | None,
    *,
    review: Review | None = None,
    files: list[HandInFile] | None = None,
) -> QuestionResult:
    """One answer with its score; with `spec`, which is the key, what there is to say about it."""
    return QuestionResult(
        view=view,
        response=response,
        points=score["points"],
        max_points=score["max_points"],
        outcome=score["outcome"],
        lesson=spec["lesson"] if spec else "",
        feedback=feedback_for(spec, response, score) if spec else [],
        solution=KINDS[spec["kind"]].solution(spec) if spec else {},
        parts={part["of"]: part["outcome"] for part in score.get("parts", [])} if spec else {},
        comment=review.comment if review else "",
        criteria=review.criteria if review else {},
        files=files or [],
    )


def reveal(*, attempt: Attempt, now: datetime) -> Attempt:
    """Show the answers and give up the attempts that are left. Twice is once.

    Raises NotRevealable where they are never shown, the quiz is not passed yet, or an attempt is open.
    """
    with transaction.atomic():
        Enrolment.objects.select_for_update().get(pk=attempt.enrolment_id)
        state = get_result(attempt, now=now)
        if state.answers_shown:
            return attempt
        if not state.can_reveal:
            raise NotRevealable(_("The answers can be shown once you have passed and no attempt is open."))
        Attempt.objects.filter(pk=attempt.pk, answers_revealed_at=None).update(answers_revealed_at=now)
    attempt.refresh_from_db(fields=["answers_revealed_at"])
    return attempt
