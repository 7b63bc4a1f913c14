"""Define the Celery task of reminders. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from mails.reminders import planning


@shared_task
def queue_reminders() -> None:
    planning.queue_due(now=timezone.now())
