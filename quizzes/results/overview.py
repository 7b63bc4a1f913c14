"""Summarise one student's attempts at a quiz and whether another one may start."""

from dataclasses import dataclass
from datetime import datetime

from courses.models import Enrolment
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import UNLIMITED, Rules, combine, get_rules
from quizzes.authoring.models import Quiz


@dataclass(frozen=True, slots=True)
class QuizOverview:
    """A student's attempts at a quiz (the newest first) and rules. `attempts_left` is None if the number is not limited."""

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
        """Whether no attempt is open and the current rules allow no further one, now or later."""
        return not self.open_attempt and (self.attempts_left == 0 or self.is_revealed or self.is_closed)

    @property
    def is_closed(self) -> bool:
        return not self.is_open and not self.opens_later


def get_overview(*, quiz: Quiz, enrolment: Enrolment, now: datetime) -> QuizOverview:
    """Return the student's overview of the quiz. One query; without an attempt a second one reads the rules."""
    attempts = queries.get_attempts(quiz, enrolment)
    if not attempts:
        rules = get_rules(quiz, enrolment)
    else:
        # Each attempt has them as attributes.
        rules = combine(quiz, vars(attempts[0])) if quiz.is_graded else UNLIMITED
    return build_overview(quiz, attempts, rules, now)


def build_overview(quiz: Quiz, attempts: list[Attempt], rules: Rules, now: datetime) -> QuizOverview:
    """Return the overview for attempts and rules that have been loaded. No query."""
    used = attempts[0].number if attempts else 0
    left = None if rules.attempts_allowed is None else max(0, rules.attempts_allowed - used)
    revealed = quiz.is_graded and any(attempt.answers_revealed_at for attempt in attempts)
    return QuizOverview(attempts, left, revealed, rules, rules.is_open(now), rules.opens_later(now))
