"""Define the Celery tasks of rosters. Other modules do the work.

Their names are those of the app that had them before: messages of the previous release are still queued under them.
"""

from celery import shared_task
from django.utils import timezone

from rosters import sweeping


# A batch takes a second, and the task continues with another one: see `rosters.jobs`.
@shared_task(name="courses.tasks.run_roster")
def run_roster(*, import_id: int) -> None:
    # It imports the readers of all formats, which no other task needs.
    from rosters import jobs

    jobs.run(import_id=import_id, now=timezone.now())


@shared_task(name="courses.tasks.sweep_rosters")
def sweep_rosters() -> None:
    sweeping.sweep(now=timezone.now())
