"""Render the outline on the page of a course. What all students see alike is rendered once, and so is each state of a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from courses.gradebook import ItemGrade
from courses.lessons.reading import get_reading_url
from courses.models import Activity
from courses.outline.published import Parts, PublishedCourse
from courses.outline.queries import Outline, OutlineEntry, OutlineModule

# Stands in a cached row where the due date comes.
_PLACE = SafeString("<!-- due -->")


@dataclass(frozen=True, slots=True)
class CourseParts:
    """The parts of a course's page that are the same for all students. SafeStrings are HTML."""

    title: SafeString
    numbering: SafeString
    glossary_url: str
    print_url: str
    download: SafeString


@dataclass(frozen=True, slots=True)
class RowState:
    """How a row of the outline looks for one student. `percent` is None if nothing is graded (yet)."""

    is_done: bool
    is_graded: bool
    percent: int | None
    is_tried: bool
    is_held: bool = False

    @classmethod
    def of(cls, entry: OutlineEntry, grade: ItemGrade | None) -> "RowState":
        percent = grade.percent if grade else None
        is_tried = grade is not None and percent is not None and not grade.is_passed
        is_held = grade is not None and grade.item.is_held
        return cls(entry.is_done, grade is not None, percent, is_tried, is_held)

    @property
    def is_passed(self) -> bool:
        return self.percent is not None and not self.is_tried


@dataclass(frozen=True, slots=True)
class OutlineRows:
    """Makes the HTML of one student's outline.

    `parts` are those of the course in the reader's language, `due` are the dates until which graded activities are due.
    """

    parts: Parts
    grades: Mapping[int, ItemGrade]
    due: Mapping[int, datetime]
    now: datetime

    def modules(self, outline: Outline) -> list[tuple[SafeString, str, list[SafeString]]]:
        """Return [(heading, short name of the module, rows)]."""
        return [self._module(part) for part in outline.modules]

    def _module(self, part: OutlineModule) -> tuple[SafeString, str, list[SafeString]]:
        states = [(entry, RowState.of(entry, self.grades.get(entry.activity.pk))) for entry in part.entries]
        heading = self.parts.cached(
            ("outline heading", part.module.pk, part.is_complete),
            lambda: render_to_string(
                "courses/_outline_heading.html", {"module": part.module, "is_complete": part.is_complete}
            ),
        )
        return heading, part.module.slug, [self._row(entry.activity, state) for entry, state in states]

    def _row(self, activity: Activity, state: RowState) -> SafeString:
        due = None if state.is_passed else self.due.get(activity.pk)
        row = self.parts.cached(
            ("outline row", activity.pk, state, due is None),
            lambda: render_to_string(
                "courses/_outline_row.html", {"activity": activity, "row": state, "due": _PLACE if due else ""}
            ),
        )
        return row if due is None else SafeString(row.replace(_PLACE, self._due(due)))

    def _due(self, due: datetime) -> SafeString:
        """Return until when a row is due. It may be one student's own date, and is written in their time zone."""
        return render_to_string("courses/_outline_due.html", {"due": due, "is_past_due": due <= self.now})


def course_parts(course: PublishedCourse) -> CourseParts:
    return course.cached("course parts", lambda: _render_parts(course))


def _render_parts(course: PublishedCourse) -> CourseParts:
    first = course.modules[0][0] if course.modules else None
    return CourseParts(
        title=render_to_string("courses/_course_title.html", {"course": course.course}),
        numbering=render_to_string("courses/_course_numbering.html", {"first": first}),
        glossary_url=reverse("courses:glossary", args=[course.course.slug]),
        print_url=reverse("courses:course-print", args=[course.course.slug]),
        download=render_to_string("courses/_course_download.html", {"published": course, "course": course.course}),
    )


def continue_button(course: PublishedCourse, activity: Activity, *, is_started: bool) -> SafeString:
    """Return the button that leads to the activity to continue (or start) with."""
    return course.cached(
        ("continue", activity.pk, is_started),
        lambda: render_to_string(
            "courses/_course_continue.html",
            {"next": activity, "url": get_reading_url(activity), "is_started": is_started},
        ),
    )
