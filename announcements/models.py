"""Store what staff announce to the students of a course."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints, languages
from courses.models import Cohort, Course, Enrolment, InCourse


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def sent_to(self, user: User) -> Self:
        """Return what was sent to the user, in courses where the enrolment is still active, the newest first."""
        own = Enrolment.objects.filter(user=user, status=Enrolment.Status.ACTIVE, course__is_published=True)
        return (
            self.filter(sent_at__isnull=False, recipients__enrolment__in=own)
            .select_related("course", "created_by")
            .order_by("-sent_at", "-pk")
        )


class Announcement(InCourse):
    """A message to the students of a course, of one cohort of it, or to some of them.

    A draft has no `at`. A planned one is sent at `at`; then `sent_at` is set, and `recipients` has a row for each student.
    `title` and `text` are {language: text}. The text is plain, with paragraphs and addresses of pages.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="announcements", verbose_name=_("course"))
    cohort = models.ForeignKey(
        Cohort, models.CASCADE, null=True, blank=True, related_name="announcements", verbose_name=_("cohort")
    )
    # Chosen students. Empty: all of the course or cohort.
    people = models.ManyToManyField(Enrolment, blank=True, related_name="+", verbose_name=_("students"))
    title = models.JSONField(_("title"))
    text = models.JSONField(_("text"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("made"))
    at = models.DateTimeField(_("planned for"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="announcements_planned", condition=Q(sent_at=None, at__isnull=False))
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(at__isnull=False),
                name="announcements_announcement_sent_has_moment",
                violation_error_message=constraints.UNKNOWN_VALUE,
            )
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def heading(self) -> str:
        """Return the title in the reader's language."""
        return languages.choose(self.title)

    @property
    def author_name(self) -> str | None:
        return self.created_by.name if self.created_by else None

    @property
    def body(self) -> str:
        """Return the text in the reader's language."""
        return languages.choose(self.text)

    @property
    def state(self) -> str:
        """Return draft, planned or sent."""
        if self.sent_at:
            return "sent"
        return "planned" if self.at else "draft"


class Recipient(models.Model):
    """One student to whom an announcement was sent."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="recipients")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["announcement", "enrolment"], name="announcements_recipient_once")
        ]

    def __str__(self) -> str:
        return str(self.enrolment_id)
