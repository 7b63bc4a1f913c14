"""Define drafts of a course, the edits that made them, and publications.

A draft is one record of the course format that differs from what is published. `course_files.merging` defines keys and fields of
records. Keys are stored as text, joined by slashes.
"""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints, languages
from common.queue.claims import JobQuerySet
from courses.models import Course

KEY_LENGTH = 250


class Draft(models.Model):
    """One record of a course as its authors have changed it, and not yet published.

    `fields` is None if the record was removed. `base` is the published record that the change began with, None if there was none.
    Publishing and discarding delete the row.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="drafts", verbose_name=_("course"))
    key = models.CharField(_("record"), max_length=KEY_LENGTH)
    fields = models.JSONField(_("content"), null=True)
    base = models.JSONField(_("published content"), null=True)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    saved_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "key"], name="workspace_draft_one_per_record"),
        ]

    def __str__(self) -> str:
        return self.key


class Edit(models.Model):
    """One change of drafts by one person, so that it can be undone and no version of a text is lost.

    `changes` is {key: [before, after]}; each is {"fields", "base"}, or None if there was no draft of the record.
    """

    class Action(models.TextChoices):
        COURSE = "course", _("Course settings changed")
        ADD = "add", _("Added")
        CHANGE = "change", _("Changed")
        MOVE = "move", _("Moved")
        ARCHIVE = "archive", _("Archived")
        UNARCHIVE = "unarchive", _("Brought back from the archive")
        DUPLICATE = "duplicate", _("Duplicated")
        REMOVE = "remove", _("Removed")
        IMPORT = "import", _("Imported")
        DISCARD = "discard", _("Changes discarded")
        RESTORE = "restore", _("Earlier version brought back")
        UNDO = "undo", _("Undone")

    course = models.ForeignKey(Course, models.CASCADE, related_name="edits", verbose_name=_("course"))
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    subject = models.CharField(_("what"), max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    at = models.DateTimeField(_("time"))
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("edit")
        verbose_name_plural = _("edits")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.subject}".removesuffix(": ")


class Publication(models.Model):
    """One version of a course: which records changed, and what they said before and after.

    `changes` is {key: [fields before, fields after]}; None where the record did not exist.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="publications", verbose_name=_("course"))
    number = models.PositiveIntegerField(_("version"))
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "number"], name="workspace_publication_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.number}"


class PublicationSchedule(models.Model):
    """When the drafts of a course are to be published by the worker. `error` says why the last time failed."""

    course = models.OneToOneField(Course, models.CASCADE, related_name="publication_schedule", verbose_name=_("course"))
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("time"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("scheduled publication")
        verbose_name_plural = _("scheduled publications")

    def __str__(self) -> str:
        return str(self.course)

    @property
    def reason(self) -> str:
        """Return why it was refused or went wrong, in the reader's language."""
        return languages.read_stored(self.error)


class StoredFile(models.Model):
    """The content of a figure that a draft or an old version refers to by its SHA-256."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="stored_files", verbose_name=_("course"))
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "sha256"], name="workspace_storedfile_once_per_content"),
        ]

    def __str__(self) -> str:
        return self.sha256


class CourseImportQuerySet(JobQuerySet["CourseImport"]):
    working: ClassVar[list[str]] = ["waiting", "confirmed"]
    lease: ClassVar[timedelta] = timedelta(seconds=120)
    task: ClassVar[str] = "workspace.tasks.run_course_import"


class CourseImport(models.Model):
    """One course folder that somebody has uploaded as a zip file.

    waiting (to be read) → planned (the person looks at the plan) → confirmed (to be imported) → imported. It ends as refused if
    the folder cannot be imported, or cancelled. `is_copy`: it becomes a new course whatever courses there are.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("being read")
        PLANNED = "planned", _("waits for your confirmation")
        CONFIRMED = "confirmed", _("being imported")
        IMPORTED = "imported", _("imported")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    WORKING: ClassVar[list[str]] = CourseImportQuerySet.working

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The course that was imported; before that, None.
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    # The language in which the plan is written.
    reader_language = models.CharField(max_length=10)
    is_copy = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    # The zip file, until the import has ended.
    content = models.BinaryField()
    # What the page shows (`planning.CoursePlan.describe`), and, a line each, why it is refused or has to be confirmed again.
    plan = models.JSONField(null=True)
    error = models.TextField(blank=True)
    # When it was last given to the worker; the claim of a worker and its number, which is the token of the claim.
    queued_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)

    objects = CourseImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "planned", "confirmed", "imported", "refused", "cancelled"]),
                name="workspace_courseimport_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"

    @property
    def reason(self) -> str:
        """Return why it was refused or went wrong, in the reader's language."""
        return languages.read_stored(self.error)

    @property
    def is_working(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.status in self.WORKING
