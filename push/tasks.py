"""Define the Celery tasks of notifications. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from push.deliveries import sending


@shared_task
def send_notifications() -> None:
    sending.send_waiting(now=timezone.now())


@shared_task
def forget_notifications() -> None:
    sending.forget(now=timezone.now())
