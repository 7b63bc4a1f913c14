"""The section of the weekly summary with what was announced in the week."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from announcements.models import Recipient
from courses.summaries.sections import Line, Reader, Section


def find_announcements(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Section]:
    """Return the announcements of the week to each reader, the newest first. One query."""
    owners = {enrolment.pk: reader for reader in readers for enrolment in reader.enrolments}
    if not owners:
        return {}
    sent = (
        Recipient.objects.filter(enrolment__in=list(owners), sent_at__gte=min(reader.start for reader in readers))
        .select_related("announcement__course")
        .order_by("-sent_at", "-pk")
    )
    lines: dict[int, list[Line]] = {}
    for row in sent:
        reader, announcement = owners[row.enrolment_id], row.announcement
        if reader.is_in_period(row.sent_at):
            with reader.speaking():
                path = f"{reverse('announcements:list', args=[announcement.course.slug])}#{announcement.uuid}"
                line = Line(str(announcement), path, str(announcement.course))
            lines.setdefault(reader.user.pk, []).append(line)
    found = {}
    for reader in readers:
        if of_reader := lines.get(reader.user.pk):
            with reader.speaking():
                found[reader.user.pk] = Section(_("Announcements"), of_reader, is_news=True)
    return found
