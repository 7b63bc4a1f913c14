"""Define the Celery tasks of planned publications, of old edits and of imports."""

from celery import shared_task
from django.utils import timezone

from workspace.course_imports import sweeping
from workspace.models import PublicationSchedule
from workspace.publishing import forgetting


@shared_task
def publish_due_courses() -> None:
    now = timezone.now()
    if PublicationSchedule.objects.filter(at__lte=now).exists():
        # It imports what reads a course. That takes 5 MB, and seldom is a course due.
        from workspace.publishing import schedule

        schedule.publish_due(now=now)


@shared_task
def forget_edits() -> None:
    forgetting.forget(now=timezone.now())


# The largest courses take longer than the limits of other tasks. A task that is killed is found by the sweep.
@shared_task(soft_time_limit=100, time_limit=120)
def run_course_import(*, import_id: int) -> None:
    # It imports what reads a course folder, which no other task needs.
    from workspace.course_imports import jobs

    jobs.run(import_id=import_id, now=timezone.now())


@shared_task
def sweep_course_imports() -> None:
    sweeping.sweep(now=timezone.now())
