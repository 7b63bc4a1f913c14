"""Find imports whose message or worker was lost. Runs often, so it imports none of the readers of files."""

from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from common.queue.publishing import enqueue_on_commit
from exchange.models import QuestionImport
from quizzes import sequences

log = structlog.get_logger(__name__)
RUN_TASK = "exchange.tasks.run_import"
MAX_CLAIMS = 3
# How long an import waits before it is enqueued again, and how long it is kept.
SWEEP_AFTER = timedelta(seconds=10)
KEPT = timedelta(days=7)


def sweep(*, now: datetime) -> int:
    """Enqueue waiting imports again; return how many. Refuse those that failed MAX_CLAIMS times, delete those older than KEPT."""
    QuestionImport.objects.filter(created_at__lt=now - KEPT).delete()
    lost = QuestionImport.objects.claimable(now=now)
    for job in lost.filter(claims__gte=MAX_CLAIMS).defer("content", "parsed"):
        with translation.override(job.reader_language):
            error = _("The file could not be imported. Split it, or use ./run manage import_questions.")
        log.error("import_given_up", question_import=str(job.uuid))
        lost.filter(pk=job.pk, claims=job.claims).update(
            status=QuestionImport.Status.REFUSED, error=error, content=b"", parsed=None, lease_until=None
        )
    has_waited = Q(queued_at__lte=now - SWEEP_AFTER) | Q(queued_at__gt=now + sequences.TOLERANCE)
    waiting = list(lost.filter(has_waited).values_list("pk", flat=True))
    for pk in waiting:
        enqueue_on_commit(RUN_TASK, import_id=pk)
    return len(waiting)
