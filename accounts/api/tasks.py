"""Define the Celery task that deletes stored answers whose time is over."""

from celery import shared_task
from django.utils import timezone

from accounts.api import idempotency


@shared_task
def forget_requests() -> None:
    idempotency.forget(now=timezone.now())
