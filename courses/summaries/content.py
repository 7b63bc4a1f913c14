"""Find what the weekly summaries of a batch of people say, and write a summary, when it is sent.

The number of queries of a batch does not depend on how many people are in it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from accounts.models import User
from common.mail import sending
from common.mail.outbox import Skip
from courses import access
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import unsubscribing
from courses.summaries.course_weeks import CourseWeek, Result, find_course_weeks
from courses.summaries.picture import Picture, progress_ring
from courses.summaries.sections import Line, Number, Reader, Section, Times, find_numbers, find_sections, with_rows

Edition = SummaryDelivery.Edition
Reason = SummaryDelivery.SkipReason

# Who has not come for so long is asked once whether to go on, and gets no summary until they come again.
SILENCE = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Period:
    """Whose summary is wanted, and what time it tells about. `user` is the account, if it has just been read."""

    user_id: int
    start: datetime
    end: datetime
    user: User | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What one summary says. The last visited course comes first. `skip` says why it is not sent; None if it is."""

    reader: Reader
    edition: Edition
    courses: list[CourseWeek]
    numbers: list[Number]
    sections: list[Section]
    skip: Reason | None = None

    @property
    def main(self) -> CourseWeek:
        return self.courses[0]

    @property
    def picture(self) -> Picture:
        return progress_ring(self.main.percent_before, self.main.percent)

    @property
    def gained(self) -> int:
        """Return by how many percentage points the progress in the main course rose in the week."""
        return self.main.percent - self.main.percent_before

    @property
    def week_number(self) -> Number:
        """Return the number of lessons that were done in the week, in all courses."""
        return Number(sum(len(course.lessons) for course in self.courses), _("Lessons done"))


def find_summaries(
    periods: Iterable[Period], *, now: datetime, courses: Collection[int] | None = None, language: str = ""
) -> dict[int, Summary]:
    """Return the summary of each person by the data of `now`, by user id. Who has no account any more is left out.

    With `courses`, it says only what belongs to these. With `language`, it speaks that one instead of the reader's.
    """
    readers = _find_readers(periods, now, courses, language)
    weeks = find_course_weeks(readers)
    sections = find_sections(readers, now)
    numbers = find_numbers(readers, now)
    paused = _find_paused(readers)
    return {
        reader.user.pk: _summary(
            reader,
            weeks[reader.user.pk],
            numbers[reader.user.pk],
            sections[reader.user.pk],
            is_paused=reader.user.pk in paused,
        )
        for reader in readers
    }


def _find_readers(
    periods: Iterable[Period], now: datetime, courses: Collection[int] | None, language: str
) -> list[Reader]:
    wanted = {period.user_id: period for period in periods}
    first = min((period.start for period in wanted.values()), default=now)
    times = Times(now, first, max((period.end for period in wanted.values()), default=now))
    users = {period.user.pk: period.user for period in wanted.values() if period.user is not None}
    if unread := [pk for pk in wanted if pk not in users]:
        users |= User.objects.in_bulk(unread)
    enrolments: dict[int, list[Enrolment]] = {}
    found = (
        with_rows(Enrolment.objects.active(), times)
        .filter(user__in=list(wanted))
        .select_related("course", "last_activity")
        .order_by(F("last_seen_at").desc(nulls_last=True), *access.LAST_VISITED_FIRST[1:])
    )
    if courses is not None:
        found = found.filter(course__in=courses)
    for each in found:
        enrolments.setdefault(each.user_id, []).append(each)
    return [
        Reader(
            user=user,
            language=language or _language(user, [each.course for each in enrolments.get(user.pk, [])]),
            enrolments=enrolments.get(user.pk, []),
            start=wanted[user.pk].start,
            end=wanted[user.pk].end,
        )
        for _pk, user in sorted(users.items())
    ]


def _language(user: User, courses: Iterable[Course]) -> str:
    """Return the user's language, else the original language of the last visited course, else the site's default."""
    candidates = [user.language, *(code for course in courses for code in course.languages[:1])]
    return next((code for code in candidates if code in dict(settings.LANGUAGES)), settings.LANGUAGE_CODE)


def last_seen(reader: Reader) -> datetime:
    """Return when the reader was last in a course; before the first visit, when they were enrolled."""
    moments = [each.last_seen_at or each.created_at for each in reader.enrolments]
    return max(moments, default=reader.start)


def _find_paused(readers: Sequence[Reader]) -> set[int]:
    """Return the ids of those who were asked whether to go on and have not been here since."""
    silent = {reader.user.pk: last_seen(reader) for reader in readers if _is_silent(reader)}
    if not silent:
        return set()
    asked = SummaryDelivery.objects.filter(user__in=list(silent), edition=Edition.GO_ON, status="sent")
    rows = asked.order_by().values_list("user").annotate(last=Max("due_at"))
    return {user_id for user_id, last in rows if last >= silent[user_id]}


def _is_silent(reader: Reader) -> bool:
    return reader.end - last_seen(reader) >= SILENCE


def _summary(
    reader: Reader, courses: list[CourseWeek], numbers: list[Number], sections: list[Section], *, is_paused: bool
) -> Summary:
    edition = Edition.GO_ON if _is_silent(reader) else Edition.WEEK
    # Whoever has finished everything still learns what is new; then the course is there for its name and progress.
    shown = [week for week in courses if week.has_content]
    if not shown and any(section.is_news for section in sections):
        shown = courses[:1]
    skip = None
    if not reader.user.is_active:
        skip = Reason.CLOSED
    elif not reader.user.wants_weekly_summary:
        skip = Reason.OFF
    elif reader.user.is_mail_stopped:
        skip = Reason.BOUNCED
    elif is_paused:
        skip = Reason.PAUSED
    elif not shown:
        skip = Reason.NOTHING
    return Summary(reader, edition, shown, numbers, sections, skip)


def write(summary: Summary, *, message_id: str, page_path: str, now: datetime) -> EmailMultiAlternatives:
    """Return the mail, with a link to its page on the site. Raises Skip if it is not to be sent."""
    if summary.skip is not None:
        raise Skip(summary.skip.value)
    reader = summary.reader
    unsubscribe_url = unsubscribing.unsubscribe_url(reader.user)
    headers = {"Message-ID": message_id, **sending.list_headers("weekly-summary", unsubscribe_url)}
    return _compose(summary, page_path, to=reader.user.email, unsubscribe_url=unsubscribe_url, headers=headers, now=now)


def write_preview(summary: Summary, *, to: str, now: datetime) -> EmailMultiAlternatives:
    """Return what the reader would get, for somebody else to look at. It has no token, so it can switch nothing off."""
    message_id = sending.message_id(f"weekly-preview-{uuid4()}")
    return _compose(
        summary,
        reverse("summaries:summary-list"),
        to=to,
        unsubscribe_url=unsubscribing.test_url(),
        headers={"Message-ID": message_id},
        now=now,
    )


def _compose(
    summary: Summary, page_path: str, *, to: str, unsubscribe_url: str, headers: Mapping[str, str], now: datetime
) -> EmailMultiAlternatives:
    return sending.compose(
        "courses/weekly_summary",
        {**context(summary), "unsubscribe_url": unsubscribe_url, "page_path": page_path},
        to=to,
        language=summary.reader.language,
        zone=summary.reader.user.zone,
        now=now,
        headers=headers,
        pictures=[summary.picture],
    )


def _sections(summary: Summary) -> list[Section]:
    """Return the sections that are not empty: results, what other apps say, and the lessons of the week."""
    results, lessons = Section(_("Results")), Section(_("Lessons done"))
    for course in summary.courses:
        results.lines += [Line(str(result.title), result.path, _describe(result)) for result in course.results]
        lessons.lines += [Line(str(each.title), "", _say_moment(each.at)) for each in course.lessons]
    return [section for section in (results, *summary.sections, lessons) if section.lines]


def _describe(result: Result) -> str:
    """Return a result as a sentence. Whoever planned with another grade learns what it was before."""
    values = {"percent": result.percent, "points": result.points, "max": result.max_points}
    text = _("%(percent)s%% (%(points)s of %(max)s points)") % values
    parts = [_("passed") if result.is_passed else _("not passed yet"), text]
    if result.old_points:
        old = {"points": result.old_points, "max": result.old_max_points}
        parts.append(_("corrected, before: %(points)s of %(max)s points") % old)
    return " · ".join(parts)


def _describe_picture(summary: Summary) -> str:
    values = {"percent": summary.main.percent, "gained": summary.gained}
    if summary.gained:
        return _("Progress %(percent)s%%, of which %(gained)s%% this week") % values
    return _("Progress %(percent)s%%") % values


def _say_moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {date_format(local, 'TIME_FORMAT')}"


def context(summary: Summary) -> dict[str, object]:
    """Return what the templates of the mail and of the page show."""
    reader = summary.reader
    with reader.speaking():
        return {
            "summary": summary,
            "user": reader.user,
            "main": summary.main,
            "others": summary.courses[1:],
            "picture_text": _describe_picture(summary),
            "numbers": [summary.week_number, *summary.numbers],
            "sections": _sections(summary),
            "ask": summary.edition == Edition.GO_ON,
            "day": reader.user.get_summary_day_display(),
            "time": time_format(reader.user.summary_time, "TIME_FORMAT"),
            "settings_path": f"{reverse('accounts:settings')}#id_summary_day",
        }
