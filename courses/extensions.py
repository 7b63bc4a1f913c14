"""Let other apps add sections and due dates to the pages of courses, and lines to the weekly summary.

They register functions at start-up, so courses does not import them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from accounts.models import User
from courses.models import Activity, Enrolment


@dataclass(frozen=True, slots=True)
class MailLine:
    """One sentence of a weekly summary in the recipient's language, with the absolute URL that it links to."""

    text: str
    url: str


LessonSection = Callable[[Activity], SafeString]
StudentSection = Callable[[User, datetime], SafeString]
TodaySection = Callable[[User, Sequence[Enrolment], datetime], SafeString]
DueDates = Callable[[Enrolment], Mapping[int, datetime]]
SummaryLine = Callable[[User, datetime], MailLine | None]

_lesson_sections: list[LessonSection] = []
_student_sections: list[StudentSection] = []
_today_sections: list[TodaySection] = []
_due_dates: list[DueDates] = []
_summary_lines: list[SummaryLine] = []


def register_lesson_section(section: LessonSection) -> None:
    """Show what `section(activity)` returns at the end of each lesson. An empty string shows nothing.

    The result is cached for all students until the course changes (see `courses.outline.revisions`), so it must not
    contain anything about one person.
    """
    if section not in _lesson_sections:
        _lesson_sections.append(section)


def lesson_sections(activity: Activity) -> list[SafeString]:
    """Return the HTML of the registered sections that are not empty for a lesson."""
    return [html for section in _lesson_sections if (html := section(activity))]


def register_student_section(section: StudentSection) -> None:
    """Show what `section(user, now)` returns on each course page.

    An empty string shows nothing. `section` is called at every request of such a page, so it should need few queries.
    """
    if section not in _student_sections:
        _student_sections.append(section)


def student_sections(user: User, now: datetime) -> list[SafeString]:
    """Return the HTML of the registered sections that are not empty for a student."""
    return [html for section in _student_sections if (html := section(user, now))]


def register_today_section(section: TodaySection) -> None:
    """Show what `section(user, enrolments, now)` returns on the start page, for the active enrolments of the student.

    An empty string shows nothing. The enrolments have their courses loaded. An app registers one section with all that it has
    to say, so that it reads each thing once.
    """
    if section not in _today_sections:
        _today_sections.append(section)


def today_sections(user: User, enrolments: Sequence[Enrolment], now: datetime) -> list[SafeString]:
    """Return the HTML of the registered sections that are not empty; none without an enrolment."""
    return [html for section in _today_sections if enrolments and (html := section(user, enrolments, now))]


def register_due_dates(dates: DueDates) -> None:
    """Show on the page of a course until when activities are due: `dates(enrolment)` returns {activity id: due date}.

    It is called at every request of such a page, so it should need few queries.
    """
    if dates not in _due_dates:
        _due_dates.append(dates)


def due_dates(enrolment: Enrolment) -> dict[int, datetime]:
    """Return until when the activities of the enrolment's course are due, for those that have a date."""
    return {activity: due for dates in _due_dates for activity, due in dates(enrolment).items()}


def register_summary_line(line: SummaryLine) -> None:
    """Add the line that `line(user, now)` returns to the weekly summary. None adds nothing.

    Lines are added only to a summary that has other content. A line alone never causes a mail.
    """
    if line not in _summary_lines:
        _summary_lines.append(line)


def summary_lines(user: User, now: datetime) -> list[MailLine]:
    """Return the registered lines for the weekly summary of `user`."""
    return [line for make_line in _summary_lines if (line := make_line(user, now)) is not None]
