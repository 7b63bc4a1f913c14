"""The section of what is due in the next seven days: quizzes that the reader can still submit."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.summaries.sections import Line, Reader, Section
from mails.sections.ends import End, find_ends, say_when
from mails.sections.reading import enrolments_of

SOON = timedelta(days=7)


def find_due(readers: Sequence[Reader], now: datetime) -> Mapping[int, Section]:
    """Return the quizzes that close or are due within a week and that the reader has not submitted, the first due first."""
    ends: dict[int, list[End]] = {}
    for end in find_ends(enrolments_of(readers), now, until=now + SOON):
        ends.setdefault(end.enrolment.user_id, []).append(end)
    return {reader.user.pk: _section(reader, ends[reader.user.pk], now) for reader in readers if reader.user.pk in ends}


def _section(reader: Reader, ends: Sequence[End], now: datetime) -> Section:
    with reader.speaking():
        today = timezone.localdate(now)
        return Section(
            _("Due in the next seven days"),
            [
                Line(str(end.quiz.activity), end.quiz.activity.get_absolute_url(), say_when(end.at, today))
                for end in ends
            ],
            is_news=True,
        )
