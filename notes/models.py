"""Store what students mark and write beside the text of lessons."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Activity, Enrolment, InCourse


class AtPlace(InCourse):
    """A row at a place of a lesson's text.

    `anchor` names a block of the text (`courses.lessons.blocks`). `quote` stood in it when the row was made, between `prefix` and
    `suffix`; `notes.placing` says where that is now.
    """

    language = models.CharField(max_length=2)
    anchor = models.CharField(_("place"), max_length=120)
    quote = models.TextField(_("quotation"), blank=True)
    prefix = models.CharField(max_length=40, blank=True)
    suffix = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class NoteQuerySet(models.QuerySet["Note"]):
    def of(self, user: User) -> Self:
        """Return the user's notes in courses and lessons that they may read, the newest first."""
        return self.filter(
            deleted_at=None,
            activity__archived_at=None,
            enrolment__user=user,
            enrolment__status=Enrolment.Status.ACTIVE,
            enrolment__course__is_published=True,
        ).order_by("-pk")


class Note(AtPlace):
    """A note of one student at a place of a lesson. Without a text it is a highlight, without a quotation, too, a bookmark.

    `revision` counts the changes of the text. A deleted note is kept for a week, so that it can be taken back.
    """

    course_path: ClassVar[str] = "enrolment__course"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="notes")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="notes")
    body = models.TextField(_("note"), blank=True)
    # What a search compares: see `search.indexing.folding`.
    folded = models.TextField(blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("made"))
    updated_at = models.DateTimeField(_("changed"))
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return self.body or self.quote or self.anchor
