"""Define the Celery tasks of exchange. Other modules do the work."""

from celery import shared_task
from django.utils import timezone

from exchange.imports import sweeping


# The largest files take longer than the limits of other tasks. A task that is killed is found by the sweep.
@shared_task(soft_time_limit=100, time_limit=120)
def run_import(*, import_id: int) -> None:
    # It imports the readers of all formats, which no other task needs.
    from exchange.imports import jobs

    jobs.run(import_id=import_id, now=timezone.now())


@shared_task
def sweep_imports() -> None:
    sweeping.sweep(now=timezone.now())
