"""Celery's entries: an id in, one call, nothing else."""

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from quizzes import grading


@shared_task
def grade_attempt(*, attempt_id: int) -> None:
    grading.grade_attempt(attempt_id=attempt_id, now=timezone.now())


@shared_task
def sweep_attempts() -> None:
    grading.sweep(now=timezone.now())


@worker_ready.connect
def sweep_at_start(**kwargs: object) -> None:
    """What waited for a worker is looked for as soon as there is one."""
    sweep_attempts.delay()
