"""Define the Celery task of uploads. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from uploads import expiring


@shared_task
def remove_expired_uploads() -> None:
    expiring.remove_expired(now=timezone.now())
