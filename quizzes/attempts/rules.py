"""Combine the rules of a quiz for one student: the quiz's own, their cohort's dates, their override."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride


@dataclass(frozen=True, slots=True)
class Rules:
    """A student's rules. None means no limit. If late submits are refused, `closes_at` is the earlier of due and closing date."""

    attempts_allowed: int | None
    time_limit: timedelta | None
    grace: timedelta
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    deduction: int

    def is_open(self, now: datetime) -> bool:
        """Whether an attempt may start at `now`, by the dates alone."""
        return not self.opens_later(now) and not self.is_closed(now)

    def opens_later(self, now: datetime) -> bool:
        return self.opens_at is not None and now < self.opens_at

    def is_closed(self, now: datetime) -> bool:
        return self.closes_at is not None and now >= self.closes_at

    def is_past_due(self, now: datetime) -> bool:
        """Whether the due date has passed; without a due date, whether the quiz has closed."""
        end = self.due_at or self.closes_at
        return end is not None and now >= end

    def deadline(self, started_at: datetime) -> datetime | None:
        """When the server submits an attempt started at `started_at`: at its time limit or the closing, whichever is first."""
        ends = [self.closes_at, started_at + self.time_limit if self.time_limit is not None else None]
        return min((end for end in ends if end is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Dates:
    due_at: datetime | None
    closes_at: datetime | None
    opens_at: datetime | None = None


# Whose dates come before those of the quiz, the first first.
_OWNERS = ("student", "cohort")
UNLIMITED = Rules(None, None, timedelta(0), None, None, None, 0)


def get_rules(quiz: Quiz, enrolment: Enrolment) -> Rules:
    """Return the rules of `quiz` for one student. An override's date wins over the cohort's, the cohort's over the quiz's.

    One query; none for a lesson check, which has no rules.
    """
    return combine(quiz, queries.get_own_rules(quiz, enrolment)) if quiz.is_graded else UNLIMITED


def combine(quiz: Quiz, own: Mapping[str, Any]) -> Rules:
    """Return the rules of a graded quiz with what `queries.OWN_RULES` names, for one student. No query."""
    by_rank = [_Dates(own[f"{owner}_due_at"], own[f"{owner}_closes_at"], own[f"{owner}_opens_at"]) for owner in _OWNERS]
    return _combine(quiz, by_rank, own["extra_attempts"] or 0, own["extra_minutes"] or 0)


def get_rules_for_all(pairs: Collection[tuple[Quiz, Enrolment]]) -> dict[tuple[int, int], Rules]:
    """Return {(quiz id, enrolment id): rules}. Two queries for any number of pairs; none if all are lesson checks."""
    graded = [(quiz, enrolment) for quiz, enrolment in pairs if quiz.is_graded]
    dates: dict[tuple[int, int | None], QuizDates] = {}
    overrides: dict[tuple[int, int], QuizOverride] = {}
    if graded:
        quizzes = {quiz.pk for quiz, _ in graded}
        cohorts = {enrolment.cohort_id for _, enrolment in graded}
        found_dates = QuizDates.objects.filter(quiz__in=quizzes, cohort__in=cohorts - {None})
        dates = {(each.quiz_id, each.cohort_id): each for each in found_dates}
        found_overrides = QuizOverride.objects.filter(
            quiz__in=quizzes, enrolment__in={enrolment.pk for _, enrolment in graded}
        )
        overrides = {(each.quiz_id, each.enrolment_id): each for each in found_overrides}
    found: dict[tuple[int, int], Rules] = {}
    for quiz, enrolment in pairs:
        cohort = dates.get((quiz.pk, enrolment.cohort_id))
        override = overrides.get((quiz.pk, enrolment.pk))
        by_rank = [_Dates(row.due_at, row.closes_at, row.opens_at) for row in (override, cohort) if row is not None]
        extra = (override.extra_attempts, override.extra_minutes) if override else (0, 0)
        found[quiz.pk, enrolment.pk] = _combine(quiz, by_rank, *extra) if quiz.is_graded else UNLIMITED
    return found


def get_due_dates(enrolment: Enrolment) -> dict[int, datetime]:
    """Return {activity id: due date, or without one the closing} of the course's quizzes, for one student. One query."""
    due: dict[int, datetime] = {}
    for row in queries.get_dates_of_quizzes(enrolment):
        by_rank = [_Dates(row[f"{owner}due_at"], row[f"{owner}closes_at"]) for owner in ("student_", "cohort_", "")]
        due_at, closes_at = _due_and_closing(by_rank, row["late_rule"])
        end = due_at or closes_at
        if end is not None:
            due[row["activity_id"]] = end
    return due


def find_students_cut_off(quiz: Quiz, now: datetime) -> list[User]:
    """Return the students, by name, whose attempt in progress would end at once by the unsaved rules of `quiz`.

    Three queries at most.
    """
    running = list(
        Attempt.objects.filter(quiz=quiz, status=Attempt.Status.IN_PROGRESS)
        .exclude(deadline__lte=now)
        .select_related("enrolment__user")
        .order_by("enrolment__user__name__by_code_point")
    )
    rules = get_rules_for_all([(quiz, attempt.enrolment) for attempt in running])
    ends = [(attempt, rules[quiz.pk, attempt.enrolment_id].deadline(attempt.started_at)) for attempt in running]
    return [attempt.enrolment.user for attempt, end in ends if end is not None and end <= now]


def _combine(quiz: Quiz, own: Sequence[_Dates], extra_attempts: int, extra_minutes: int) -> Rules:
    """Return the rules of a quiz with dates of a student's own. Those of the student come before those of the cohort."""
    by_rank = [*own, _Dates(quiz.due_at, quiz.closes_at, quiz.opens_at)]
    due_at, closes_at = _due_and_closing(by_rank, quiz.late_rule)
    allowed, limit = quiz.attempts_allowed, quiz.time_limit
    return Rules(
        attempts_allowed=None if allowed is None else allowed + extra_attempts,
        time_limit=None if limit is None else timedelta(minutes=limit + extra_minutes),
        grace=timedelta(seconds=quiz.grace),
        opens_at=next((dates.opens_at for dates in by_rank if dates.opens_at is not None), None),
        due_at=due_at,
        closes_at=closes_at,
        deduction=quiz.late_deduction if quiz.late_rule == Quiz.LateRule.DEDUCT else 0,
    )


def _due_and_closing(by_rank: Sequence[_Dates], late_rule: str) -> tuple[datetime | None, datetime | None]:
    """Return the due date and the closing by the dates of the student, the cohort and the quiz: the first has precedence."""
    due_rank, due_at = next(
        ((rank, row.due_at) for rank, row in enumerate(by_rank) if row.due_at), (len(by_rank), None)
    )
    closing_rank, closes_at = next(
        ((rank, row.closes_at) for rank, row in enumerate(by_rank) if row.closes_at), (len(by_rank), None)
    )
    if due_at and closes_at and closes_at < due_at and due_rank < closing_rank:
        # A more specific due date after the general closing keeps the quiz open until that due date.
        closes_at = due_at
    if late_rule == Quiz.LateRule.REFUSE:
        closes_at = min((end for end in (due_at, closes_at) if end is not None), default=None)
    return due_at, closes_at


def late_deduction(*, due_at: datetime | None, submitted_at: datetime, percent_per_day: int) -> int:
    """Return the deduction in percent: `percent_per_day` for each late day, at most 100.

    Late days are days of the calendar in the time zone of the site, which is that of its courses: due on Monday at 23:59 and
    submitted on Tuesday is one day, whatever the hour. What is late on the day itself is one day, too.
    """
    if due_at is None or submitted_at <= due_at:
        return 0
    zone = timezone.get_default_timezone()
    days = submitted_at.astimezone(zone).date() - due_at.astimezone(zone).date()
    return min(100, percent_per_day * max(1, days.days))


def after_deduction(points: Decimal, percent: int) -> Decimal:
    """Return the points minus `percent` percent, rounded down to 0.01."""
    return Decimal(int(Fraction(points) * (100 - percent))) / 100
