"""Find what one reminder says: what ends today or tomorrow where its reader is, and how far the reader is with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from courses import access
from mails.sections.ends import End, find_ends, say_when
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


def end_of_tomorrow(today: date, zone: ZoneInfo) -> datetime:
    """Return the first moment after tomorrow, in UTC."""
    return datetime.combine(today + timedelta(days=DAYS), time(), tzinfo=zone).astimezone(UTC)


def select(ends: Sequence[End], until: datetime) -> list[End]:
    """Return the ends of which somebody is reminded: before `until`, and something can be done about them now."""
    return [end for end in ends if end.is_open and end.at < until]


def find_lines(user: User, now: datetime) -> list[Line]:
    """Return what ends today or tomorrow and is not submitted, the first first, in the active language. At most eight queries.

    The active time zone must be that of the user.
    """
    today = timezone.localdate(now, user.zone)
    until = end_of_tomorrow(today, user.zone)
    ends = select(find_ends(list(access.enrolments(user)), now, until=until), until)
    counts = _count_answered(ends)
    return [
        Line(
            title=str(end.quiz.activity),
            course=str(end.enrolment.course),
            path=end.quiz.activity.get_absolute_url(),
            when=_say_end(end, today),
            progress=_say_progress(counts.get((end.quiz.pk, end.enrolment.pk))),
        )
        for end in ends
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
