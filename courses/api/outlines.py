"""Build the API's answer with the outline of a student. What all students see alike is encoded once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from common.api import encoded
from common.api.serializers import moment
from courses.api.serializers import OutlineSerializer
from courses.api.states import OutlineState
from courses.models import Activity, Module
from courses.outline.published import PublishedCourse, get_published
from courses.outline.queries import find_done, find_undone


@dataclass(slots=True)
class PlacedEntry:
    """An entry of the outline with its position, which counts from 1 through all modules."""

    position: int
    activity: Activity
    done: bool = False
    done_at: datetime | None = None


@dataclass(slots=True)
class CourseOutline:
    """The outline with the fields of `OutlineSerializer`, for a student who has done nothing yet."""

    course: str
    title: str
    required_count: int
    modules: list[Module]
    entries: list[PlacedEntry]
    progress_percent: int = 0
    done_count: int = 0
    next: UUID | None = None


# The members of the answer, and of one of its entries, that are a student's own. All others are encoded once for all students.
_OWN = ("progress_percent", "done_count", "next", "entries")
_OWN_OF_ENTRY = ("done", "done_at")
_NOT_DONE: dict[str, Any] = {"done": False, "done_at": None}


@dataclass(frozen=True, slots=True)
class _Shared:
    """The outline as all students see it, in one language. The lists have the order of the outline."""

    # The encoded answer without `_OWN`.
    head: bytes
    ids: list[int]
    uuids: list[str]
    required: list[int]
    # The encoded entries without `_OWN_OF_ENTRY`, and those of students who have not done them.
    entries: list[bytes]
    not_done: list[bytes]


def outline_answer(state: OutlineState) -> bytes:
    """Return the encoded answer with the fields of `OutlineSerializer`.

    One query if the course is cached (see `courses.outline.published`).
    """
    course = get_published(state.course_id, state.revision)
    shared = course.cached("api outline", lambda: _encode(course))
    done = find_done(state.pk)
    place = next(find_undone(shared.ids, done, state.last_activity_id), None)
    own = {
        "progress_percent": state.progress_percent,
        "done_count": sum(activity in done for activity in shared.required),
        "next": None if place is None else shared.uuids[place],
    }
    entries = [
        encoded.with_members(entry, {"done": True, "done_at": moment(done[activity])}) if activity in done else not_done
        for activity, entry, not_done in zip(shared.ids, shared.entries, shared.not_done, strict=True)
    ]
    return encoded.with_list(encoded.with_members(shared.head, own), "entries", entries)


def untouched_outline(course: PublishedCourse) -> bytes:
    """Return the encoded answer for a student who has done nothing yet. No query."""
    shared = course.cached("api outline", lambda: _encode(course))
    own = {"progress_percent": 0, "done_count": 0, "next": next(iter(shared.uuids), None)}
    return encoded.with_list(encoded.with_members(shared.head, own), "entries", shared.not_done)


def _encode(course: PublishedCourse) -> _Shared:
    activities = [each for _module, entries in course.modules for each in entries]
    shaped = OutlineSerializer.shape(
        CourseOutline(
            course=course.course.slug,
            title=course.course.title,
            required_count=sum(each.is_required for each in activities),
            modules=[module for module, _entries in course.modules],
            entries=[PlacedEntry(position, activity) for position, activity in enumerate(activities, 1)],
        )
    )
    entries = [encoded.encode_without(entry, _OWN_OF_ENTRY) for entry in shaped["entries"]]
    return _Shared(
        head=encoded.encode_without(shaped, _OWN),
        ids=[each.pk for each in activities],
        uuids=[str(each.uuid) for each in activities],
        required=[each.pk for each in activities if each.is_required],
        entries=entries,
        not_done=[encoded.with_members(entry, _NOT_DONE) for entry in entries],
    )
