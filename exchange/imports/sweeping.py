"""Find imports whose message or worker was lost. Runs often, so it imports none of the readers of files."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from common import languages
from exchange.models import QuestionImport

# How long an import is kept.
KEPT = timedelta(days=7)


def sweep(*, now: datetime) -> int:
    """Enqueue waiting imports again; return how many. Refuse those that failed too often, delete those older than KEPT."""
    QuestionImport.objects.filter(created_at__lt=now - KEPT).delete()
    rows = QuestionImport.objects.all()
    for job in rows.exhausted(now=now).defer("content"):
        error = languages.write_in_each(
            lambda: _("The file could not be imported. Split it, or use ./run manage import_questions.")
        )
        rows.give_up(job, now=now, status=QuestionImport.Status.REFUSED, error=error, content=b"")
    return rows.enqueue_lost(now=now)
