"""Define the Celery task of sync. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from sync import forgetting


@shared_task
def forget_operations() -> None:
    forgetting.forget(now=timezone.now())
