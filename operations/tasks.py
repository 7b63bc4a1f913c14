"""Define the Celery tasks of operations."""

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

# Seconds after which a backup is stopped; the limit of other tasks would be too short.
BACKUP_LIMIT = 6 * 60 * 60


# acks_late is off: Redis would deliver the message again while the backup is still being made. Beat asks again each minute.
@shared_task(acks_late=False, soft_time_limit=BACKUP_LIMIT, time_limit=BACKUP_LIMIT + 60)
def make_due_backup() -> None:
    # Imported when used: most workers never make a backup.
    from operations.backup import schedule  # noqa: PLC0415

    schedule.make_if_due(now=timezone.now())


@worker_ready.connect
def make_backup_at_start(**kwargs: object) -> None:
    """Make the backup that was due while the site was off. Beat asks for the first time after a minute."""
    if settings.BACKUP_TO:
        make_due_backup.delay()
