"""Define the Celery task of planned publications."""

from celery import shared_task
from django.utils import timezone

from workspace.publishing import schedule


@shared_task
def publish_due_courses() -> None:
    schedule.publish_due(now=timezone.now())
