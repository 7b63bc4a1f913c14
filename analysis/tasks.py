"""Define the Celery tasks of item statistics. Other modules do the work."""

from celery import shared_task

from analysis import counting
from analysis.anew import recounting
from analysis.in_short import summaries


@shared_task
def count_graded() -> None:
    counting.count_graded()
    summaries.refresh()


@shared_task(soft_time_limit=600, time_limit=660)
def recount_items() -> None:
    recounting.recount_all()
    summaries.refresh()
