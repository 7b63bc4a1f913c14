"""Owns the places where other apps add to a lesson's page: they register at start-up, courses knows none of them."""

from collections.abc import Callable

from django.utils.safestring import SafeString

from courses.models import Activity

LessonSection = Callable[[Activity], SafeString]

_lesson_sections: list[LessonSection] = []


def register_lesson_section(section: LessonSection) -> None:
    """Show what `section(activity)` returns at the end of each lesson; an empty string shows nothing.

    It is held for all students until the course changes (see `courses.revisions`): nothing of one person belongs in it.
    """
    if section not in _lesson_sections:
        _lesson_sections.append(section)


def lesson_sections(activity: Activity) -> list[SafeString]:
    return [html for section in _lesson_sections if (html := section(activity))]
