"""Delete old records of operations. A worker imports no other module of this app for it."""

from datetime import datetime, timedelta

from sync.models import SyncOperation

# How long an operation is remembered: a device that was away for a year still carries nothing out twice.
KEPT = timedelta(days=400)


def forget(*, now: datetime) -> int:
    """Delete the operations that were received more than KEPT ago; return how many."""
    return SyncOperation.objects.filter(received_at__lt=now - KEPT).delete()[0]
