"""Find what was announced to a student in a course."""

from accounts.models import User
from announcements.models import Announcement, AnnouncementQuerySet
from courses.models import Course

NEWEST_FIRST = ("-sent_at", "-pk")


def announced_to(user: User, course: Course) -> AnnouncementQuerySet:
    """Return what was sent to `user` in a course, the newest first."""
    return Announcement.objects.sent_to(user).filter(course=course.pk).order_by(*NEWEST_FIRST)
