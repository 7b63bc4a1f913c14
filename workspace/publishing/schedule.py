"""Publish drafts at a planned moment. The worker calls `publish_due` every minute."""

from datetime import datetime

import structlog
from django.db import transaction

from accounts.messages import sending
from accounts.models import User
from common import languages
from courses.models import Course
from workspace.drafts import records
from workspace.models import Publication, PublicationSchedule
from workspace.publishing import publish
from workspace.publishing.checking import find_faults

log = structlog.get_logger()


def plan(course: Course, *, at: datetime, editor: User) -> None:
    """Plan the publication of all drafts that there will be at that moment. A plan that exists is replaced."""
    PublicationSchedule.objects.update_or_create(
        course=course, defaults={"at": at, "editor": editor, "error": ""}
    )  # fmt: skip


def cancel(course: Course) -> None:
    PublicationSchedule.objects.filter(course=course).delete()


def publish_due(*, now: datetime) -> int:
    """Publish the drafts of each course whose moment has come. Return how many courses were published.

    Idempotent. If drafts have faults, nothing of their course is published; the row then says why and waits for a person.
    """
    count = 0
    for pk in list(PublicationSchedule.objects.filter(at__lte=now).values_list("pk", flat=True)):
        count += _publish(pk, now)
    return count


def _publish(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        due = (
            PublicationSchedule.objects.select_for_update(of=("self",))
            .select_related("course", "editor")
            .filter(pk=pk, at__lte=now)
            .first()
        )
        if due is None:
            return False
        try:
            with transaction.atomic():
                is_first = not Publication.objects.filter(course=due.course).exists()
                publish.publish(due.course, editor=due.editor, now=now, show=is_first)
        except publish.NothingToPublish:
            due.delete()
            return False
        except publish.Unpublishable as refused:
            sending.notify("publication-failed", about=due, now=now)
            due.at, due.error = None, languages.write_in_each(lambda: _find_faults(due.course))
            due.save(update_fields=["at", "error"])
            log.warning("publication_failed", course=due.course.slug, faults=len(refused.faults))
            return False
        log.info("course_published", course=due.course.slug)
        return True


def _find_faults(course: Course) -> str:
    """Return what keeps the drafts from being published, one a line, in the active language."""
    return "\n".join(fault.message for fault in find_faults(records.read(course))[:20])
