"""Find what ends soon for students: graded quizzes that they can still submit, each with the dates of its student."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Enrolment
from mails.sections.reading import find_quizzes
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import Rules, get_rules_for_all
from quizzes.authoring.models import Quiz


@dataclass(frozen=True, slots=True)
class End:
    """The next date of a quiz that its student has not submitted: when it is due, or when it closes."""

    quiz: Quiz
    enrolment: Enrolment
    at: datetime
    is_closing: bool
    # Whether an attempt may start now.
    is_open: bool


def find_ends(enrolments: Sequence[Enrolment], now: datetime, *, until: datetime) -> list[End]:
    """Return what ends after `now` and not after `until`, the first first. Four queries for any number of enrolments.

    The enrolments have their courses. Dates of a cohort and of one student count before those of the quiz.
    """
    pairs = [
        (quiz, enrolment)
        for quiz, enrolment in find_quizzes(enrolments)
        if quiz.is_graded and quiz.current_version_id is not None
    ]
    submitted = find_submitted(pairs)
    rules = get_rules_for_all(pairs)
    ends = []
    for quiz, enrolment in pairs:
        own = rules[quiz.pk, enrolment.pk]
        at = _next_date(own, now)
        if at is not None and at <= until and (quiz.pk, enrolment.pk) not in submitted:
            ends.append(End(quiz, enrolment, at, is_closing=at == own.closes_at, is_open=own.is_open(now)))
    return sorted(ends, key=lambda end: end.at)


def _next_date(own: Rules, now: datetime) -> datetime | None:
    if own.is_closed(now):
        return None
    return min((at for at in (own.due_at, own.closes_at) if at is not None and at > now), default=None)


def find_submitted(pairs: Sequence[tuple[Quiz, Enrolment]]) -> set[tuple[int, int]]:
    """Return {(quiz id, enrolment id)} of those with a submitted attempt. One query."""
    found = Attempt.objects.filter(
        quiz__in={quiz.pk for quiz, _enrolment in pairs}, enrolment__in={enrolment.pk for _quiz, enrolment in pairs}
    ).exclude(status=Attempt.Status.IN_PROGRESS)
    return set(found.values_list("quiz_id", "enrolment_id"))


def say_when(end: datetime, today: date) -> str:
    """Return a moment as a person says it, in the active language and time zone: "tomorrow, 23:59"."""
    local = timezone.localtime(end)
    days = (local.date() - today).days
    names = {"weekday": date_format(local, "l"), "date": date_format(local, "MONTH_DAY_FORMAT")}
    day = {0: _("today"), 1: _("tomorrow")}.get(days) or _("%(weekday)s, %(date)s") % names
    return _("%(day)s, %(time)s") % {"day": day, "time": date_format(local, "TIME_FORMAT")}
