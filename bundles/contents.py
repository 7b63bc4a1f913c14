"""List the files with which a course is read without a network, and read one of them by its hash.

The files are the same for all students, so what is one student's own (what is done, where somebody stopped) is not in them. The
list is cached until the course changes; a content is made or read when somebody asks for it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils import translation

from common.api import encoded
from courses.api.glossary import CourseGlossary, GlossarySerializer
from courses.api.lessons import find_lessons, untouched_lesson
from courses.api.outlines import untouched_outline
from courses.lessons.glossary import get_glossary
from courses.models import Activity, CourseAsset
from courses.outline.published import PublishedCourse


class Kind(models.TextChoices):
    """What a file is: one of the answers of the API, or a file of the course."""

    OUTLINE = "outline"
    LESSON = "lesson"
    GLOSSARY = "glossary"
    COURSE_FILE = "course_file"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a course. `activity` is the lesson of its text, `name` that of a course file; else they are None and empty."""

    kind: Kind
    sha256: str
    size: int
    activity: Activity | None = None
    name: str = ""


def list_files(course: PublishedCourse) -> tuple[File, ...]:
    """Return the files of the course in the active language, in the order of the outline. No query if they are cached.

    Else the same number of queries for any number of lessons and files.
    """
    return course.cached("bundle files", lambda: tuple(_list(course)))


def _list(course: PublishedCourse) -> Iterator[File]:
    yield _file(Kind.OUTLINE, untouched_outline(course))
    for lesson, shared in _lessons(course):
        yield _file(Kind.LESSON, untouched_lesson(shared), activity=lesson)
    yield _file(Kind.GLOSSARY, _glossary(course))
    rows = CourseAsset.objects.filter(course=course.course.pk).order_by("name").values_list("name", "content")
    # One at a time: all photos of a course at once fill the memory.
    for name, content in rows.iterator(chunk_size=1):
        yield _file(Kind.COURSE_FILE, bytes(content), name=name)


def _file(kind: Kind, content: bytes, *, activity: Activity | None = None, name: str = "") -> File:
    return File(kind, hashlib.sha256(content).hexdigest(), len(content), activity, name)


def _lessons(course: PublishedCourse) -> Iterator[tuple[Activity, bytes]]:
    lessons = course.lessons
    for lesson, shared in zip(lessons, find_lessons(course, lessons).values(), strict=True):
        if shared is not None:
            yield lesson, shared


def _glossary(course: PublishedCourse) -> bytes:
    glossary = CourseGlossary(course.course.slug, get_glossary(course.course))
    return encoded.encode(GlossarySerializer.shape(glossary))


def read_file(course: PublishedCourse, sha256: str) -> tuple[File, bytes] | None:
    """Return the file with this hash, in whatever language, and its content. None if the course has none.

    The content has this hash, also if the course changes at the same time.
    """
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            file = next((each for each in list_files(course) if each.sha256 == sha256), None)
            content = _read(course, file) if file else b""
        if file and hashlib.sha256(content).hexdigest() == sha256:
            return file, content
    return None


def _read(course: PublishedCourse, file: File) -> bytes:
    match file.kind:
        case Kind.OUTLINE:
            return untouched_outline(course)
        case Kind.GLOSSARY:
            return _glossary(course)
        case Kind.LESSON:
            shared = find_lessons(course, [file.activity])[file.activity.pk] if file.activity else None
            return b"" if shared is None else untouched_lesson(shared)
    rows = CourseAsset.objects.filter(course=course.course.pk, name=file.name)
    return bytes(rows.values_list("content", flat=True).first() or b"")
