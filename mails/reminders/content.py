"""Find what reminders say: what ends today or tomorrow where their readers are, and how far the readers are with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from courses.models import Enrolment
from mails.sections.ends import End, find_ends, find_submitted, say_when
from questions import KINDS
from quizzes.attempts.models import Answer, Attempt, HandInFile
from quizzes.authoring.versions import load_content

DAYS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One quiz of a reminder, in the reader's language: when it ends, and how many of its questions are answered."""

    title: str
    course: str
    path: str
    when: str
    progress: str


class Found(NamedTuple):
    """The end of a quiz, and (answered, all) of its questions; None before the attempt is started."""

    end: End
    counted: tuple[int, int] | None


def end_of_tomorrow(today: date, zone: ZoneInfo) -> datetime:
    """Return the first moment after tomorrow, in UTC."""
    return datetime.combine(today + timedelta(days=DAYS), time(), tzinfo=zone).astimezone(UTC)


def select(ends: Sequence[End], until: datetime) -> list[End]:
    """Return the ends of which somebody is reminded: before `until`, and something can be done about them now."""
    return [end for end in ends if end.is_open and end.at < until]


def find_ends_of(users: Sequence[User], now: datetime) -> dict[int, list[Found]]:
    """Return what ends today or tomorrow for each and is not submitted, the first first, by user id. At most eight queries."""
    zones = {user.pk: user.zone for user in users}
    until = {pk: end_of_tomorrow(timezone.localdate(now, zone), zone) for pk, zone in zones.items()}
    if not until:
        return {}
    enrolments = Enrolment.objects.active().filter(user__in=list(zones)).select_related("course").order_by("pk")
    ends = [
        end
        for each in find_ends(list(enrolments), now, until=max(until.values()))
        for end in select([each], until[each.enrolment.user_id])
    ]
    counts = _count_answered(ends)
    found: dict[int, list[Found]] = {}
    for end in ends:
        counted = counts.get((end.quiz.pk, end.enrolment.pk))
        found.setdefault(end.enrolment.user_id, []).append(Found(end, counted))
    return found


def find_lines(user: User, found: Sequence[Found], now: datetime) -> list[Line]:
    """Return what is said of `found`, without what was submitted since, in the active language. At most one query.

    The active time zone must be that of the user.
    """
    if not found:
        return []
    today = timezone.localdate(now, user.zone)
    submitted = find_submitted([(each.end.quiz, each.end.enrolment) for each in found])
    return [
        Line(
            title=str(end.quiz.activity),
            course=str(end.enrolment.course),
            path=end.quiz.activity.get_absolute_url(),
            when=_say_end(end, today),
            progress=_say_progress(counted),
        )
        for end, counted in found
        if (end.quiz.pk, end.enrolment.pk) not in submitted
    ]


def _say_end(end: End, today: date) -> str:
    text = _("closes %(when)s") if end.is_closing else _("is due %(when)s")
    return text % {"when": say_when(end.at, today)}


def _say_progress(counted: tuple[int, int] | None) -> str:
    if counted is None:
        return _("not started yet")
    answered, n = counted
    return ngettext("%(answered)s of %(n)s answered", "%(answered)s of %(n)s answered", n) % {
        "answered": answered,
        "n": n,
    }


def _count_answered(ends: Sequence[End]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return {(quiz id, enrolment id): (answered, all)} of the attempts in progress. Three queries at most."""
    attempts = list(
        Attempt.objects.filter(
            quiz__in=[end.quiz.pk for end in ends],
            enrolment__in=[end.enrolment.pk for end in ends],
            status=Attempt.Status.IN_PROGRESS,
        )
        .select_related("version")
        .defer("version__content")
    )
    if not attempts:
        return {}
    answered = _find_answered(attempts)
    counts = {}
    for attempt in attempts:
        load_content(attempt.version)
        n = sum((attempt.pk, question["uuid"]) in answered for question in attempt.public_questions)
        counts[attempt.quiz_id, attempt.enrolment_id] = (n, len(attempt.public_questions))
    return counts


def _find_answered(attempts: Sequence[Attempt]) -> set[tuple[int, str]]:
    kinds = {}
    for attempt in attempts:
        load_content(attempt.version)
        kinds.update({question["uuid"]: KINDS[question["kind"]] for question in attempt.public_questions})
    found = {
        (answer.attempt_id, str(answer.question))
        for answer in Answer.objects.filter(attempt__in=attempts)
        if str(answer.question) in kinds and kinds[str(answer.question)].is_answered(answer.response)
    }
    files = HandInFile.objects.counted().filter(attempt__in=attempts).values_list("attempt", "question")
    return found | {(attempt, str(question)) for attempt, question in files}
