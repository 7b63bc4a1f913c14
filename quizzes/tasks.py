"""Define the Celery tasks of quizzes. Other modules do the work."""

from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from quizzes.grading import automatic, notices, regrading
from quizzes.taking import submit


@shared_task
def grade_attempts(*, attempt_ids: list[int]) -> None:
    automatic.grade_attempts(attempt_ids=attempt_ids, now=timezone.now())


@shared_task
def run_regrade(*, regrade_id: int) -> None:
    regrading.run(regrade_id=regrade_id, now=timezone.now())


@shared_task
def send_grade_notice(*, notice_id: int) -> None:
    notices.send(notice_id=notice_id, now=timezone.now())


@shared_task
def send_grade_notices() -> None:
    notices.send_waiting(now=timezone.now())


@shared_task
def sweep_attempts() -> None:
    submit.expire_overdue(now=timezone.now())
    automatic.sweep(now=timezone.now())
    regrading.sweep(now=timezone.now())


@shared_task
def sweep_at_worker_start() -> None:
    automatic.sweep(now=timezone.now(), after=timedelta(0))
    sweep_attempts()


@worker_ready.connect
def sweep_at_start(**kwargs: object) -> None:
    """Enqueue a sweep when a worker starts, so that waiting attempts are graded without delay."""
    sweep_at_worker_start.delay()
