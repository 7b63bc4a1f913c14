"""Give a course a new `revision` with every change of its content, in the same transaction.

`courses.outline.published` caches by revision, so students do not see a change without a new revision. Signals do this
when rows are saved or deleted. Code that writes content without signals (`QuerySet.update`, `bulk_update`) must call
`touch`.
"""

import uuid
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from courses.models import Activity, Course, CourseAsset, GlossaryTerm, Lesson, LessonEdition, Module


def touch(course_id: int) -> None:
    """Give the course a new random revision.

    A counter would not do: a form that saves a course it read earlier could restore an old number.
    """
    _touch(pk=course_id)


def watch(model: type[Model], *, course: str, by: str) -> None:
    """Touch the course whenever a row of `model` is saved or deleted. Call it once, at start-up.

    `course` is a lookup on Course, and `by` the attribute of the row that it must equal.
    """

    def changed(instance: Model, **_: Any) -> None:
        _touch(**{course: getattr(instance, by)})

    for signal in (post_save, post_delete):
        signal.connect(changed, sender=model, weak=False, dispatch_uid=f"courses.outline.revisions.{model.__name__}")


def watch_courses() -> None:
    """Watch the tables of this app. Called at start-up."""
    watch(Course, course="pk", by="pk")
    for model in (Module, Activity, GlossaryTerm, CourseAsset):
        watch(model, course="pk", by="course_id")
    watch(Lesson, course="activities", by="activity_id")
    watch(LessonEdition, course="activities__lesson", by="lesson_id")


def _touch(**lookup: Any) -> None:
    Course.objects.filter(**lookup).update(revision=uuid.uuid4())
