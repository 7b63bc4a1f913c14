"""Define the Celery task of notes. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from notes import writing


@shared_task
def forget_notes() -> None:
    writing.forget(now=timezone.now())
