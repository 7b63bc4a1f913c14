"""Find imports of courses whose message or worker was lost. Runs often, so it imports nothing that reads a course folder."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from common import languages
from workspace.models import CourseImport

# How long an import is kept.
KEPT = timedelta(days=7)


def sweep(*, now: datetime) -> int:
    """Enqueue waiting imports again; return how many. Refuse those that failed too often, delete those older than KEPT."""
    CourseImport.objects.filter(created_at__lt=now - KEPT).delete()
    rows = CourseImport.objects.all()
    for job in rows.exhausted(now=now).defer("content"):
        error = languages.write_in_each(lambda: _("The course could not be imported. Use ./run manage import_course."))
        rows.give_up(job, now=now, status=CourseImport.Status.REFUSED, error=error, content=b"")
    return rows.enqueue_lost(now=now)
