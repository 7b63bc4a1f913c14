"""Delete what is remembered of operations for too long. The worker needs nothing else of this app."""

from datetime import datetime, timedelta

from sync.models import SyncOperation

# How long an operation is known. A device that was away for a year sends nothing twice.
KEPT = timedelta(days=400)


def forget(*, now: datetime) -> int:
    """Delete the operations that are known for longer than KEPT; return how many."""
    return SyncOperation.objects.filter(received_at__lt=now - KEPT).delete()[0]
