"""Define the Celery tasks of courses: weekly summaries. Other modules do the work."""

from celery import shared_task
from django.utils import timezone

from courses.summaries import deliveries


@shared_task
def send_weekly_summaries() -> None:
    deliveries.send_due(now=timezone.now())


@shared_task
def send_weekly_summaries_of(*, delivery_ids: list[int]) -> None:
    deliveries.send_enqueued(delivery_ids, now=timezone.now())
