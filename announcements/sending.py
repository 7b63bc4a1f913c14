"""Plan, take back and send announcements. Each is sent once, however many workers look for due ones."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.messages import sending
from announcements.models import Announcement, Recipient
from courses.models import Enrolment

KIND = "announcement"


def get_recipients(announcement: Announcement) -> QuerySet[Enrolment]:
    """Return the active enrolments that the announcement goes to, by the present state of the course."""
    found = Enrolment.objects.filter(course=announcement.course_id, status=Enrolment.Status.ACTIVE)
    if announcement.cohort_id:
        found = found.filter(cohort=announcement.cohort_id)
    chosen = announcement.people.values("pk")
    return found.filter(pk__in=chosen) if announcement.people.exists() else found


def plan(announcement: Announcement, *, at: datetime) -> bool:
    """Plan an announcement that is not sent yet for a moment; returns whether it was not."""
    return bool(Announcement.objects.filter(pk=announcement.pk, sent_at=None).update(at=at))


def take_back(announcement: Announcement) -> bool:
    """Make a planned announcement a draft again; returns False if it has been sent meanwhile."""
    return bool(Announcement.objects.filter(pk=announcement.pk, sent_at=None).update(at=None))


def send_due(*, now: datetime) -> int:
    """Send each announcement whose moment has come; returns how many. Idempotent, also in concurrent workers."""
    due = Announcement.objects.filter(at__lte=now, sent_at=None).order_by("at").values_list("pk", flat=True)
    return sum(send(announcement_id=pk, now=now) for pk in list(due))


@transaction.atomic
def send(*, announcement_id: int, now: datetime) -> bool:
    """Send one announcement if it is due and not sent; returns whether this call did."""
    if not Announcement.objects.filter(pk=announcement_id, at__lte=now, sent_at=None).update(sent_at=now):
        return False
    announcement = Announcement.objects.get(pk=announcement_id)
    Recipient.objects.bulk_create(
        [Recipient(announcement=announcement, enrolment=each, sent_at=now) for each in get_recipients(announcement)]
    )
    sending.notify(KIND, about=announcement, now=now)
    return True
