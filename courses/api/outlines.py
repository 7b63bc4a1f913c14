"""Build the API's answer with the outline of a student."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from common.api.serializers import moment
from courses.api.serializers import OutlineSerializer
from courses.models import Activity, Enrolment, Module
from courses.outline.published import get_published
from courses.outline.queries import Outline, build_outline, find_done


@dataclass(slots=True)
class PlacedEntry:
    """An entry of the outline with its position, which counts from 1 through all modules."""

    position: int
    activity: Activity
    done: bool
    done_at: datetime | None


@dataclass(slots=True)
class CourseOutline:
    course: str
    title: str
    progress_percent: int
    required_count: int
    done_count: int
    next: UUID | None
    modules: list[Module]
    entries: list[PlacedEntry]


def outline_answer(enrolment: Enrolment) -> dict[str, Any]:
    """Return the answer with the fields of `OutlineSerializer`. What all students see alike is converted once.

    One query if the course is cached (see `courses.outline.published`).
    """
    course = get_published(enrolment.course_id, enrolment.course.revision)
    done = find_done(enrolment)
    outline = build_outline(enrolment, done)
    of_all = course.cached(
        "api outline", lambda: _answer_before_the_first_step(enrolment, build_outline(enrolment, {}))
    )
    to_do = outline.next_to_do(enrolment.last_activity_id)
    return {
        **of_all,
        "progress_percent": enrolment.progress_percent,
        "done_count": outline.done_count,
        "next": str(to_do.uuid) if to_do else None,
        "entries": [
            entry if placed.done_at is None else {**entry, "done": True, "done_at": moment(placed.done_at)}
            for entry, placed in zip(of_all["entries"], outline.entries, strict=True)
        ],
    }


def _answer_before_the_first_step(enrolment: Enrolment, outline: Outline) -> dict[str, Any]:
    """Return the answer for a student who has done nothing yet, in the active language."""
    return OutlineSerializer.shape(
        CourseOutline(
            course=enrolment.course.slug,
            title=enrolment.course.title,
            progress_percent=0,
            required_count=outline.required_count,
            done_count=0,
            next=None,
            modules=[part.module for part in outline.modules],
            entries=[
                PlacedEntry(position, entry.activity, done=False, done_at=None)
                for position, entry in enumerate(outline.entries, 1)
            ],
        )
    )
