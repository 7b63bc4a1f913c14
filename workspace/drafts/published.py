"""Cache in memory the published records of a course, which every page of the workspace reads.

`Course.revision` changes in the transaction of every change of the content, so records of one revision never change. Requests
share the cached records, so code must not modify them.
"""

from threading import Lock
from uuid import UUID

from cachetools import LRUCache

from course_files.course.stored import get_stored_course
from course_files.merging import Fields, Key
from course_files.quizzes.stored import get_stored_quizzes
from courses.models import Course

# How many courses one process caches. One of 50 lessons and quizzes in two languages takes about 3 MB.
CACHED_COURSES = 8

_cache: LRUCache[int, tuple[UUID, dict[Key, Fields]]] = LRUCache(CACHED_COURSES)
_lock = Lock()


def get_records(course: Course) -> tuple[UUID, dict[Key, Fields]]:
    """Return the revision of the course and its published records. One query if this process has cached them."""
    revision: UUID = Course.objects.values_list("revision", flat=True).get(pk=course.pk)
    with _lock:
        found = _cache.get(course.pk)
    if found is None or found[0] != revision:
        stored = get_stored_course(course.slug)
        found = revision, {**stored.records, **get_stored_quizzes(stored.course).records}
        with _lock:
            _cache[course.pk] = found
    return found
