"""Define the Celery task of the weekly mail to staff. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from overview.weekly import planning


@shared_task
def queue_teaching_weeks() -> None:
    planning.queue_due(now=timezone.now())
