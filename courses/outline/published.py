"""Cache in memory what is the same for all students of a course: its outline and rendered lessons.

Each cached value belongs to one `revision` of the course. Every page of a course reads the current revision together with
the enrolment. So each process notices a change at its next request, without invalidation messages. Requests share the cached
objects, so code must not modify them.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from cachetools import LRUCache
from django.utils.translation import get_language

from common.caching.sizes import estimate_size
from courses.models import Activity, Course, GradeItem, Module

T = TypeVar("T")

# How many courses one process caches, and how many bytes of rendered parts. A course of 13 lessons takes 3 to 4 MB.
CACHED_COURSES, CACHED_BYTES = 100, 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PublishedCourse:
    """A course as students see it: its modules with their visible activities, in the order of the outline.

    Modules without visible activities are left out. `grade_items` are those of the visible activities. `values` caches rendered
    parts by language and name.
    """

    course: Course
    revision: UUID
    modules: tuple[tuple[Module, tuple[Activity, ...]], ...]
    grade_items: tuple[GradeItem, ...]
    values: dict[str | None, "Parts"] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return about how many bytes the rendered parts take."""
        return sum(parts.size for parts in list(self.values.values()))

    @property
    def lessons(self) -> list[Activity]:
        """Return the visible lessons in the order of the outline. No query."""
        return [each for _, entries in self.modules for each in entries if each.kind == Activity.Kind.LESSON]

    def in_language(self) -> "Parts":
        """Return what is cached for the active language. A page with many parts asks for the language once."""
        return self.values.setdefault(get_language(), Parts())

    def in_any_language(self) -> "Parts":
        """Return what is cached for all languages together."""
        return self.values.setdefault(None, Parts())

    def cached(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return the result of `make()` for `name` and the active language. It is cached until the course changes."""
        return self.in_language().cached(name, make)

    def find_activity(self, activity_id: int) -> Activity | None:
        """Return the visible activity with this id, or None."""
        return next((each for _module, entries in self.modules for each in entries if each.pk == activity_id), None)

    def find_lesson(self, slug: str) -> Activity | None:
        """Return the visible lesson of this slug, or None."""
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)


class Parts(dict[Hashable, Any]):
    """Rendered parts of a course's pages in one language, by name. `size` is about how many bytes they take."""

    size = 0

    def cached(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return the result of `make()` for `name`. It is cached until the course changes."""
        if name not in self:
            made = self[name] = make()
            self.size += estimate_size(made)
            _make_room()
        found: T = self[name]
        return found


_cache: LRUCache[int, PublishedCourse] = LRUCache(CACHED_COURSES)
_lock = Lock()


def _make_room() -> None:
    """Drop the courses that were not asked for the longest, until what is rendered of the others takes CACHED_BYTES at most."""
    with _lock:
        while len(_cache) > 1 and sum(course.size for course in _cache.values()) > CACHED_BYTES:
            _cache.popitem()


def get_published(course_id: int, revision: UUID) -> PublishedCourse:
    """Return the published course at `revision`, or at a later one if it has just changed.

    No query if this process has cached the revision, else one; two if the course has no visible activities.
    """
    with _lock:
        found = _cache.get(course_id)
    if found is None or found.revision != revision:
        found = _read(course_id)
        with _lock:
            _cache[course_id] = found
    return found


def _read(course_id: int) -> PublishedCourse:
    activities = list(
        Activity.objects.filter(course=course_id).visible().select_related("module", "course", "grade_item__category")
    )
    course = activities[0].course if activities else Course.objects.get(pk=course_id)
    modules: dict[int, tuple[Module, list[Activity]]] = {}
    for activity in activities:
        activity.course = course
        modules.setdefault(activity.module_id, (activity.module, []))[1].append(activity)
    parts = tuple((module, tuple(entries)) for module, entries in modules.values())
    items = (each.grade_item for _module, entries in parts for each in entries if hasattr(each, "grade_item"))
    return PublishedCourse(course, course.revision, parts, tuple(items))
