"""Owns what is the same for every student of a course: its outline and the texts of its lessons, held in memory.

What is held stands for one `revision` of the course, which comes with the enrolment that each page reads anyway: every
process sees a change with the first request after it, without being told. What is held is shared between requests, so
nobody writes to it.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from cachetools import LRUCache
from django.utils.translation import get_language

from courses.models import Activity, Course, Module

T = TypeVar("T")

# Courses that one process holds. A course of 13 lessons takes about 2 MB with everything rendered in two languages.
CACHED_COURSES = 20


@dataclass(frozen=True, slots=True)
class PublishedCourse:
    """A course as its students see it: visible activities in the order of the outline, module by module."""

    course: Course
    revision: UUID
    modules: tuple[tuple[Module, tuple[Activity, ...]], ...]
    values: dict[Hashable, Any] = field(default_factory=dict)

    def cached(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` returned for `name` in the reader's language; made once, and again after the course changed."""
        key = (get_language(), name)
        if key not in self.values:
            self.values[key] = make()
        found: T = self.values[key]
        return found


_cache: LRUCache[int, PublishedCourse] = LRUCache(CACHED_COURSES)
_lock = Lock()


def get_published(course_id: int, revision: UUID) -> PublishedCourse:
    """The course of this revision. One query when this process meets the revision for the first time, none after."""
    with _lock:
        found = _cache.get(course_id)
    if found is None or found.revision != revision:
        found = _read(course_id)
        with _lock:
            _cache[course_id] = found
    return found


def _read(course_id: int) -> PublishedCourse:
    activities = list(Activity.objects.filter(course=course_id).visible().select_related("module", "course"))
    course = activities[0].course if activities else Course.objects.get(pk=course_id)
    modules: dict[int, tuple[Module, list[Activity]]] = {}
    for activity in activities:
        activity.course = course
        modules.setdefault(activity.module_id, (activity.module, []))[1].append(activity)
    return PublishedCourse(
        course, course.revision, tuple((module, tuple(entries)) for module, entries in modules.values())
    )
