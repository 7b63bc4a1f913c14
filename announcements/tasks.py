"""Define the Celery task of announcements. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from announcements import sending


@shared_task
def send_due_announcements() -> None:
    sending.send_due(now=timezone.now())
