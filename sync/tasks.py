"""Define the Celery task of operations. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from sync import batches


@shared_task
def forget_operations() -> None:
    batches.forget(now=timezone.now())
