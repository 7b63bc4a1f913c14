"""Let apps add sections to the weekly mail to staff, as they answer the questions of the first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from courses.models import Course
from courses.overviews.answers import Figure, Source


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the mail, and what stands below it for each course. Lower orders come first.

    `source` is called with the moment when the mail is due as `now`, so that weeks end where the mail's week ends.
    """

    name: str
    title: Any
    source: Source
    order: int


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Add a section to the weekly mail."""
    _sections[section.name] = section


def find_sections(
    reader: User, courses: Sequence[Course], until: datetime
) -> dict[int, list[tuple[Any, list[Figure]]]]:
    """Return {course id: [(title, figures)]} of the sections that are not empty, in their order."""
    found: dict[int, list[tuple[Any, list[Figure]]]] = {course.pk: [] for course in courses}
    for section in sorted(_sections.values(), key=lambda each: (each.order, each.name)):
        for course_id, answer in section.source(reader, courses, until).items():
            if answer.figures:
                found[course_id].append((section.title, answer.figures))
    return found
