"""The section of the weekly summary with what was announced in the week."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from announcements.models import Announcement, Recipient
from common.database.json_rows import as_json, as_moment, json_rows
from courses.models import Course
from courses.summaries.sections import Line, Reader, Section, Times, rows_of


def find_received(times: Times) -> Subquery:
    """Return what was announced since then."""
    texts = ("announcement__uuid", "announcement__title")
    return json_rows(Recipient.objects.filter(sent_at__gte=times.first), {"enrolment": "pk"}, "pk", "sent_at", *texts)


def find_announcements(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Section]:
    """Return the announcements of the week to each reader, the newest first. No query."""
    found = {}
    for reader in readers:
        rows = [
            (as_moment(row["sent_at"]), row["pk"], row, enrolment.course)
            for enrolment in reader.enrolments
            for row in rows_of(enrolment, "announcements")
        ]
        rows = [each for each in rows if reader.is_in_period(each[0])]
        if rows:
            with reader.speaking():
                lines = [
                    _line(row, course) for _at, _pk, row, course in sorted(rows, key=itemgetter(0, 1), reverse=True)
                ]
                found[reader.user.pk] = Section(_("Announcements"), lines, is_news=True)
    return found


def _line(row: Mapping[str, Any], course: Course) -> Line:
    announcement = Announcement(title=as_json(row["announcement__title"]), uuid=UUID(row["announcement__uuid"]))
    path = f"{reverse('announcements:list', args=[course.slug])}#{announcement.uuid}"
    return Line(str(announcement), path, str(course))
