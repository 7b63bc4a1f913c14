"""Define the Celery tasks of reports. Other modules do the work."""

from celery import shared_task
from django.utils import timezone


@shared_task
def run_export(*, export_id: int) -> None:
    # It imports what only exports need.
    from reports import exporting

    exporting.run(export_id=export_id, now=timezone.now())


@shared_task
def release_due_grades() -> None:
    from reports.release import holding

    holding.release_due(now=timezone.now())


@shared_task
def sweep_exports() -> None:
    from reports import exporting

    exporting.sweep(now=timezone.now())
