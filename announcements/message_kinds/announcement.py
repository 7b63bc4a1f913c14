"""To students: what staff of a course announce."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from announcements.models import Announcement
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind


class AnnouncementKind(MessageKind):
    name = "announcement"
    title = gettext_lazy("Announcements")
    description = gettext_lazy("Instructors announce something in a course of yours.")
    templates = "announcements/announcement"

    def recipients(self, about: Announcement) -> Iterable[int]:
        return about.recipients.values_list("enrolment__user", flat=True)

    def of_course(self, course_id: int) -> Q:
        return concerns.by_id(Announcement.objects.filter(course=course_id))

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        found = Announcement.objects.sent_to(user).filter(pk__in=references)
        return {str(announcement.pk): _entry(announcement) for announcement in found}


def _entry(announcement: Announcement) -> Entry:
    text = _("“%(course)s”: %(title)s") % {"course": announcement.course, "title": announcement}
    address = reverse("announcements:list", args=[announcement.course.slug])
    return Entry(
        text=text,
        path=f"{address}#{announcement.uuid}",
        data={"course": str(announcement.course), "title": str(announcement), "text": announcement.body},
    )


KIND = AnnouncementKind()
