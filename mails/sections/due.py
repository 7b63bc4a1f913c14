"""The section of what is due in the next seven days: quizzes that the reader can still submit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Enrolment
from courses.summaries.sections import Line, Reader, Section
from mails.sections.reading import find_quizzes
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import get_rules_for_all
from quizzes.authoring.models import Quiz

SOON = timedelta(days=7)


def find_due(readers: Sequence[Reader], now: datetime) -> Mapping[int, Section]:
    """Return the quizzes that close or are due within a week and that the reader has not submitted, the first due first."""
    pairs = [
        (quiz, enrolment)
        for quiz, enrolment in find_quizzes(readers)
        if quiz.is_graded and quiz.current_version_id is not None
    ]
    submitted = _find_submitted(pairs)
    rules = get_rules_for_all(pairs)
    ends: dict[int, list[tuple[datetime, Quiz]]] = {}
    for quiz, enrolment in pairs:
        own = rules[quiz.pk, enrolment.pk]
        end = own.due_at or own.closes_at
        is_asked = (quiz.pk, enrolment.pk) not in submitted and not own.is_closed(now)
        if is_asked and end is not None and now < end <= now + SOON:
            ends.setdefault(enrolment.user_id, []).append((end, quiz))
    return {
        reader.user.pk: _section(reader, sorted(ends[reader.user.pk], key=lambda pair: pair[0]), now)
        for reader in readers
        if reader.user.pk in ends
    }


def _find_submitted(pairs: Sequence[tuple[Quiz, Enrolment]]) -> set[tuple[int, int]]:
    found = Attempt.objects.filter(
        quiz__in={quiz.pk for quiz, _enrolment in pairs}, enrolment__in={enrolment.pk for _quiz, enrolment in pairs}
    ).exclude(status=Attempt.Status.IN_PROGRESS)
    return set(found.values_list("quiz_id", "enrolment_id"))


def _section(reader: Reader, ends: Sequence[tuple[datetime, Quiz]], now: datetime) -> Section:
    with reader.speaking():
        today = timezone.localdate(now)
        return Section(
            _("Due in the next seven days"),
            [Line(str(quiz.activity), quiz.activity.get_absolute_url(), _when(end, today)) for end, quiz in ends],
            is_news=True,
        )


def _when(end: datetime, today: date) -> str:
    """Return a moment as a person says it, in the active language and time zone."""
    local = timezone.localtime(end)
    days = (local.date() - today).days
    names = {"weekday": date_format(local, "l"), "date": date_format(local, "MONTH_DAY_FORMAT")}
    day = {0: _("today"), 1: _("tomorrow")}.get(days) or _("%(weekday)s, %(date)s") % names
    return _("%(day)s, %(time)s") % {"day": day, "time": date_format(local, "TIME_FORMAT")}
