"""Find rosters whose message or worker was lost, and forget old ones. Runs often, so it imports none of the readers."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from common import languages
from courses.models import RosterImport

# How long an open roster and a finished one are kept.
KEPT_OPEN, KEPT = timedelta(days=7), timedelta(days=30)
Status = RosterImport.Status


def sweep(*, now: datetime) -> int:
    """Enqueue waiting rosters again; return how many. Give up those that failed too often, and forget old ones.

    A roster that was given up keeps its rows, so that a person can try again.
    """
    finished = Q(status__in=[Status.IMPORTED, Status.CANCELLED, Status.UNDONE])
    RosterImport.objects.filter(Q(created_at__lt=now - KEPT) | (~finished & Q(created_at__lt=now - KEPT_OPEN))).delete()
    rows = RosterImport.objects.all()
    for job in rows.exhausted(now=now).defer("content", "table"):
        error = languages.write_in_each(
            lambda: _("The server could not finish this. Try again; if that fails, split the file.")
        )
        rows.give_up(job, now=now, status=Status.REFUSED, error=error)
    return rows.enqueue_lost(now=now)
