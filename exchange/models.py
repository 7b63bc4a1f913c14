"""Store uploaded files of questions until they are imported."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import constraints
from quizzes import sequences
from quizzes.authoring.models import Quiz

# How long a worker has a claimed import to itself.
LEASE = timedelta(seconds=60)


class QuestionImportQuerySet(models.QuerySet["QuestionImport"]):
    def claimable(self, *, now: datetime) -> Self:
        """Those that wait for a worker, and those whose worker has not answered for the time of its lease.

        A lease that ends later than any lease can is from a server whose clock was ahead. It is over, too.
        """
        waits = Q(status__in=[QuestionImport.Status.WAITING, QuestionImport.Status.CONFIRMED])
        is_over = Q(lease_until__lte=now) | Q(lease_until__gt=now + LEASE + sequences.TOLERANCE)
        return self.filter(waits & (Q(lease_until=None) | is_over))


class QuestionImport(models.Model):
    """One uploaded file for one quiz.

    waiting (to be read) → planned (a person looks at the plan) → confirmed (to be imported) → imported. It ends as refused if
    the file cannot be used, or cancelled. Reading and importing are work of the worker, or of the request if the file is small.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("being read")
        PLANNED = "planned", _("waits for your confirmation")
        CONFIRMED = "confirmed", _("being imported")
        IMPORTED = "imported", _("imported")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="question_imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    # The language of the file, its format (empty: by its content), and the language in which the plan is written.
    language = models.CharField(max_length=10)
    format = models.CharField(max_length=10, blank=True)
    reader_language = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    # The uploaded file until it is read, then its questions (`ParsedFile.as_json`) until they are imported.
    content = models.BinaryField()
    parsed = models.JSONField(null=True)
    # What the page shows (`jobs.describe`), and why it is refused or has to be confirmed again.
    plan = models.JSONField(null=True)
    error = models.TextField(blank=True)
    # Questions that have been compared with the quiz, and all of them.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # When it was last given to the worker; the claim of a worker and its number, which is the token of the claim.
    queued_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)

    objects = QuestionImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "planned", "confirmed", "imported", "refused", "cancelled"]),
                name="exchange_questionimport_status_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} · {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_working(self) -> bool:
        """Whether the worker has something to do with it."""
        return self.status in (self.Status.WAITING, self.Status.CONFIRMED)
