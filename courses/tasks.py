"""Define the Celery tasks of courses: weekly summaries and rosters. Other modules do the work."""

from celery import shared_task
from django.utils import timezone

from common.mail import outbox
from courses.rosters import sweeping
from courses.summaries import deliveries


@shared_task
def send_weekly_summaries() -> None:
    deliveries.send_due(now=timezone.now())


@shared_task
def send_weekly_summaries_of(*, delivery_ids: list[int]) -> None:
    deliveries.send_all(delivery_ids, now=timezone.now(), budget=outbox.BUDGET)


# A batch takes a second, and the task continues with another one: see `courses.rosters.jobs`.
@shared_task
def run_roster(*, import_id: int) -> None:
    # It imports the readers of all formats, which no other task needs.
    from courses.rosters import jobs

    jobs.run(import_id=import_id, now=timezone.now())


@shared_task
def sweep_rosters() -> None:
    sweeping.sweep(now=timezone.now())
