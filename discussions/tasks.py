"""Define the Celery task of questions and replies. Another module does the work."""

from celery import shared_task
from django.utils import timezone

from discussions import posting


@shared_task
def forget_posts() -> None:
    posting.forget(now=timezone.now())
