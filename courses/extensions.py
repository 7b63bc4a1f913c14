"""Owns the places where other apps add to courses' pages and mails: they register at start-up, courses knows none of
them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from accounts.models import User
from courses.models import Activity


@dataclass(frozen=True, slots=True)
class MailLine:
    """One sentence of a weekly summary, in the reader's language, and the whole address of where it leads."""

    text: str
    url: str


LessonSection = Callable[[Activity], SafeString]
StudentSection = Callable[[User, datetime], SafeString]
SummaryLine = Callable[[User, datetime], MailLine | None]

_lesson_sections: list[LessonSection] = []
_student_sections: list[StudentSection] = []
_summary_lines: list[SummaryLine] = []


def register_lesson_section(section: LessonSection) -> None:
    """Show what `section(activity)` returns at the end of each lesson; an empty string shows nothing.

    It is held for all students until the course changes (see `courses.outline.revisions`): nothing of one person belongs in it.
    """
    if section not in _lesson_sections:
        _lesson_sections.append(section)


def lesson_sections(activity: Activity) -> list[SafeString]:
    return [html for section in _lesson_sections if (html := section(activity))]


def register_student_section(section: StudentSection) -> None:
    """Show what `section(user, now)` returns on the student's list of courses and on the page of each; an empty string
    shows nothing. It is asked at each look at these pages, so it takes few queries."""
    if section not in _student_sections:
        _student_sections.append(section)


def student_sections(user: User, now: datetime) -> list[SafeString]:
    return [html for section in _student_sections if (html := section(user, now))]


def register_summary_line(line: SummaryLine) -> None:
    """Say what `line(user, now)` returns in the weekly summary; None says nothing. It never makes a mail go that has
    nothing else to say."""
    if line not in _summary_lines:
        _summary_lines.append(line)


def summary_lines(user: User, now: datetime) -> list[MailLine]:
    return [said for line in _summary_lines if (said := line(user, now)) is not None]
