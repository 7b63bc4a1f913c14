"""Define the Celery tasks that send weekly summaries."""

from celery import shared_task
from django.utils import timezone

from courses.summaries import deliveries


@shared_task
def send_weekly_summaries() -> None:
    deliveries.send_due(now=timezone.now())


@shared_task
def send_weekly_summary(*, delivery_id: int) -> None:
    deliveries.send(delivery_id=delivery_id, now=timezone.now())
