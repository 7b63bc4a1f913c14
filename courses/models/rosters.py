"""Store uploaded rosters until they are imported, and what an import has changed until it can no longer be undone.

The app `rosters` works with them. It was cut out of this app, which keeps the table.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import constraints, languages
from common.queue.claims import JobQuerySet
from courses.models.courses import Course
from courses.models.enrolments import Cohort
from courses.models.in_course import InCourse


class RosterImportQuerySet(JobQuerySet["RosterImport"]):
    working: ClassVar[list[str]] = ["waiting", "confirmed", "undoing"]
    most_claims: ClassVar[int] = 5
    task: ClassVar[str] = "courses.tasks.run_roster"


class RosterImport(InCourse):
    """One uploaded list of students of one course.

    waiting (to be read) → planned (a person looks at the plan) → confirmed (to be imported) → imported → undoing → undone. It
    ends as refused if the file cannot be used, or cancelled: what was imported before stays, and can be undone, too.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("being read")
        PLANNED = "planned", _("waits for your confirmation")
        CONFIRMED = "confirmed", _("being imported")
        IMPORTED = "imported", _("imported")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", pgettext_lazy("an import", "undone")

    # The worker has something to do.
    WORKING: ClassVar[list[str]] = RosterImportQuerySet.working

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="roster_imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    file_name = models.CharField(max_length=100, blank=True)
    # The language in which the worker writes why a file is refused.
    reader_language = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    # The uploaded file until it is read, then its rows ([line, cells]) until they are imported.
    content = models.BinaryField()
    table = models.JSONField(null=True)
    # Where the headings are and what each column contains (`rosters.reading.columns.Layout`).
    layout = models.JSONField(null=True)
    # What the person has chosen: a cohort for those without one in the file, whether to invite, whom to withdraw (ids).
    cohort = models.ForeignKey(Cohort, models.SET_NULL, null=True, related_name="+")
    invites = models.BooleanField(default=False)
    withdrawing = models.JSONField(default=list)
    # What was changed, for the undo: see `rosters.importing.Change`. And how many rows of each action there were.
    changes = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    # When it was last given to the worker; the claim of a worker and its number, which is the token of the claim.
    queued_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "waiting", "planned", "confirmed", "imported", "refused", "cancelled", "undoing", "undone",
                    ]
                ),
                name="courses_rosterimport_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.course} · {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def reason(self) -> str:
        """Return why it was refused or went wrong, in the reader's language."""
        return languages.read_stored(self.error)

    @property
    def is_working(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.status in self.WORKING

    @property
    def can_be_undone(self) -> bool:
        return bool(self.changes) and self.status in (self.Status.IMPORTED, self.Status.CANCELLED)
