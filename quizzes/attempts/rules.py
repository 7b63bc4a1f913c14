"""Combine the rules of a quiz for one student: the quiz's own, their cohort's dates, their override."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force. None: no limit. `closes_at` is the due date where nothing late is accepted."""

    attempts_allowed: int | None
    time_limit: timedelta | None
    grace: timedelta
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    deduction: int

    def is_open(self, now: datetime) -> bool:
        """Whether the dates let an attempt start now."""
        return not self.opens_later(now) and not self.is_closed(now)

    def opens_later(self, now: datetime) -> bool:
        return self.opens_at is not None and now < self.opens_at

    def is_closed(self, now: datetime) -> bool:
        return self.closes_at is not None and now >= self.closes_at

    def is_past_due(self, now: datetime) -> bool:
        """Whether the due date, or the closing where there is none, has passed."""
        end = self.due_at or self.closes_at
        return end is not None and now >= end

    def deadline(self, started_at: datetime) -> datetime | None:
        """When an attempt that started then is handed in by the server: its time is up, or the quiz closes."""
        ends = [self.closes_at, started_at + self.time_limit if self.time_limit is not None else None]
        return min((end for end in ends if end is not None), default=None)


UNLIMITED = Rules(None, None, timedelta(0), None, None, None, 0)


def get_rules(quiz: Quiz, enrolment: Enrolment) -> Rules:
    """The rules of `quiz` for one student. An exception's date goes before the cohort's, and that before the quiz's.

    Two queries; none for a lesson's check, which knows no rules.
    """
    if not quiz.is_graded:
        return UNLIMITED
    cohort = queries.find_cohort_dates(quiz, enrolment.cohort_id) if enrolment.cohort_id else None
    return _combine(quiz, cohort, queries.find_override(quiz, enrolment))


def get_rules_for_all(pairs: Collection[tuple[Quiz, Enrolment]]) -> dict[tuple[int, int], Rules]:
    """The same for many: {(quiz id, enrolment id): rules}. Two queries however many they are; none for checks only."""
    graded = [(quiz, enrolment) for quiz, enrolment in pairs if quiz.is_graded]
    dates: dict[tuple[int, int | None], QuizDates] = {}
    exceptions: dict[tuple[int, int], QuizOverride] = {}
    if graded:
        quizzes = {quiz.pk for quiz, _ in graded}
        cohorts = {enrolment.cohort_id for _, enrolment in graded}
        found = QuizDates.objects.filter(quiz__in=quizzes, cohort__in=cohorts - {None})
        dates = {(each.quiz_id, each.cohort_id): each for each in found}
        granted = QuizOverride.objects.filter(quiz__in=quizzes, enrolment__in={enrolment.pk for _, enrolment in graded})
        exceptions = {(each.quiz_id, each.enrolment_id): each for each in granted}
    return {
        (quiz.pk, enrolment.pk): _combine(
            quiz, dates.get((quiz.pk, enrolment.cohort_id)), exceptions.get((quiz.pk, enrolment.pk))
        )
        if quiz.is_graded
        else UNLIMITED
        for quiz, enrolment in pairs
    }


def find_students_cut_off(quiz: Quiz, now: datetime) -> list[User]:
    """Who is in the middle of an attempt that the rules of `quiz`, as it stands here, would end at once; by name."""
    running = list(
        Attempt.objects.filter(quiz=quiz, status=Attempt.Status.IN_PROGRESS)
        .exclude(deadline__lte=now)
        .select_related("enrolment__user")
        .order_by("enrolment__user__name")
    )
    rules = get_rules_for_all([(quiz, attempt.enrolment) for attempt in running])
    ends = [(attempt, rules[quiz.pk, attempt.enrolment_id].deadline(attempt.started_at)) for attempt in running]
    return [attempt.enrolment.user for attempt, end in ends if end is not None and end <= now]


def _combine(quiz: Quiz, cohort: QuizDates | None, exception: QuizOverride | None) -> Rules:
    sources = [source for source in (exception, cohort, quiz) if source is not None]

    def date(name: str) -> datetime | None:
        return next((value for source in sources if (value := getattr(source, name)) is not None), None)

    def own(name: str) -> int:
        return next((place for place, source in enumerate(sources) if getattr(source, name) is not None), len(sources))

    due_at, closes_at = date("due_at"), date("closes_at")
    if due_at and closes_at and closes_at < due_at and own("due_at") < own("closes_at"):
        # Whoever moves the due date behind the general closing means that there is time until then.
        closes_at = due_at
    if quiz.late_rule == Quiz.LateRule.REFUSE:
        closes_at = min((end for end in (due_at, closes_at) if end is not None), default=None)
    allowed, limit = quiz.attempts_allowed, quiz.time_limit
    extra = exception.extra_minutes if exception else 0
    return Rules(
        attempts_allowed=None if allowed is None else allowed + (exception.extra_attempts if exception else 0),
        time_limit=None if limit is None else timedelta(minutes=limit + extra),
        grace=timedelta(seconds=quiz.grace),
        opens_at=date("opens_at"),
        due_at=due_at,
        closes_at=closes_at,
        deduction=quiz.late_deduction if quiz.late_rule == Quiz.LateRule.DEDUCT else 0,
    )


def late_deduction(*, due_at: datetime | None, submitted_at: datetime, percent_per_day: int) -> int:
    """Return the deduction in percent: `percent_per_day` for each started day after the due date, at most 100."""
    if due_at is None or submitted_at <= due_at:
        return 0
    return min(100, percent_per_day * math.ceil((submitted_at - due_at) / timedelta(days=1)))


def after_deduction(points: Decimal, percent: int) -> Decimal:
    """Points with `percent` taken off, rounded down to 0.01."""
    return Decimal(int(Fraction(points) * (100 - percent))) / 100
