"""Define progress: append-only events, the completions that follow from them, and where a student stopped reading."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints
from courses.models.activities import Activity
from courses.models.append_only import AppendOnlyModel
from courses.models.enrolments import Enrolment
from courses.models.in_course import InCourse


class ProgressEvent(AppendOnlyModel, InCourse):
    """An event that marks an activity as done for a student, or undoes that. `courses.progress` adds the events.

    `content_version` is the version of the activity at that time. `percent` is the enrolment's progress after the event, from
    0 to 100.
    """

    course_path: ClassVar[str] = "enrolment__course"

    class Kind(models.TextChoices):
        DONE = "done", _("done")
        UNDONE = "undone", _("taken back")

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="events")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    content_version = models.PositiveIntegerField()
    percent = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("progress event")
        verbose_name_plural = _("progress events")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=["done", "undone"]),
                name="courses_progressevent_kind_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(percent__lte=100),
                name="courses_progressevent_percent_at_most_100",
                violation_error_message=constraints.ABOVE_100,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.kind} ({self.percent}%)"


class ActivityCompletion(InCourse):
    """An activity that a student has done, as the last `ProgressEvent` says. Undoing deletes the row."""

    course_path: ClassVar[str] = "enrolment__course"

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="completions")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="completions")
    content_version = models.PositiveIntegerField()
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrolment", "activity"], name="courses_activitycompletion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.activity}"


class ReadingPosition(InCourse):
    """Where a student stopped reading a lesson. `anchor` names a block of the text: see `courses.lessons.blocks`."""

    course_path: ClassVar[str] = "enrolment__course"

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="positions")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="positions")
    anchor = models.CharField(max_length=120)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reading position")
        verbose_name_plural = _("reading positions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["enrolment", "activity"], name="courses_readingposition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} · {self.activity}: {self.anchor}"
