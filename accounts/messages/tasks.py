"""Define the Celery tasks that send the mails of messages."""

from celery import shared_task
from django.utils import timezone

from accounts.messages import sending


@shared_task
def send_message(*, message_id: int) -> None:
    sending.send(message_id=message_id, now=timezone.now())


@shared_task
def send_messages() -> None:
    sending.send_waiting(now=timezone.now())
