"""Give a course a new `revision` with every change of its content, in the same transaction.

`courses.outline.published` caches by revision, so students see a change only if the course gets a new revision. Signals set it
when a row is saved or deleted. Code that writes content without signals (`QuerySet.update`, `bulk_update`) must call `touch`.
"""

import uuid
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from courses.models import (
    Activity,
    Course,
    CourseAsset,
    GlossaryTerm,
    GradeCategory,
    GradeItem,
    Lesson,
    LessonEdition,
    Module,
)


def touch(course_id: int) -> None:
    """Give the course a new random revision.

    A counter would not be safe: a form that saves a course which it read earlier could set an old number again.
    """
    _touch(pk=course_id)


def watch(model: type[Model], *, course: str, by: str) -> None:
    """Give the course a new revision whenever a row of `model` is saved or deleted. Call this once, at start-up.

    `course` is a lookup of Course. It must equal the row's attribute `by`.
    """

    def changed(instance: Model, **_: Any) -> None:
        _touch(**{course: getattr(instance, by)})

    for signal in (post_save, post_delete):
        signal.connect(changed, sender=model, weak=False, dispatch_uid=f"courses.outline.revisions.{model.__name__}")


def watch_courses() -> None:
    """Watch the tables of this app. Call this once, at start-up."""
    watch(Course, course="pk", by="pk")
    for model in (Module, Activity, GlossaryTerm, CourseAsset, GradeCategory):
        watch(model, course="pk", by="course_id")
    for by_activity in (Lesson, GradeItem):
        watch(by_activity, course="activities", by="activity_id")
    watch(LessonEdition, course="activities__lesson", by="lesson_id")


def _touch(**lookup: Any) -> None:
    Course.objects.filter(**lookup).update(revision=uuid.uuid4())
