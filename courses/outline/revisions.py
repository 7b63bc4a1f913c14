"""Owns when what a course shows has changed: each change gives it a new `revision`, in the change's own transaction.

`courses.outline.published` holds what is the same for all students as long as the revision stands, so a change without a new
revision would not be seen. Saving and deleting rows sees to it by signals; whoever writes content past them, by
`QuerySet.update` or `bulk_update`, calls `touch`.
"""

import uuid
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from courses.models import Activity, Course, CourseAsset, GlossaryTerm, Lesson, LessonEdition, Module


def touch(course_id: int) -> None:
    """Give the course a new revision. Not a counter: a form that saves the row it read earlier cannot bring one back."""
    _touch(pk=course_id)


def watch(model: type[Model], *, course: str, by: str) -> None:
    """From now on a row of `model` that is saved or deleted changes the course whose `course` is the row's `by`."""

    def changed(instance: Model, **_: Any) -> None:
        _touch(**{course: getattr(instance, by)})

    for signal in (post_save, post_delete):
        signal.connect(changed, sender=model, weak=False, dispatch_uid=f"courses.outline.revisions.{model.__name__}")


def watch_courses() -> None:
    """Watch this app's own tables, at start-up."""
    watch(Course, course="pk", by="pk")
    for model in (Module, Activity, GlossaryTerm, CourseAsset):
        watch(model, course="pk", by="course_id")
    watch(Lesson, course="activities", by="activity_id")
    watch(LessonEdition, course="activities__lesson", by="lesson_id")


def _touch(**which: Any) -> None:
    Course.objects.filter(**which).update(revision=uuid.uuid4())
