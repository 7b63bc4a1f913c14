"""Delete old edits. The worker does so every hour, so this imports nothing that reads a course."""

from datetime import datetime, timedelta

from workspace.models import Edit

# Edits are kept for a year, and the newest ones of each course however old they are: somebody may want to undo them.
KEPT, NEWEST = timedelta(days=365), 200


def forget(*, now: datetime) -> int:
    """Delete old edits, and return how many. Every published version stays in the publications. Idempotent."""
    old = Edit.objects.filter(at__lt=now - KEPT)
    count = 0
    for course in list(old.order_by().values_list("course", flat=True).distinct()):
        newest = Edit.objects.filter(course=course).values_list("pk", flat=True)[:NEWEST]
        count += old.filter(course=course).exclude(pk__in=list(newest)).delete()[0]
    return count
