"""Define the Celery task of the search. Another module does the work."""

from celery import shared_task

from search.indexing import building

# A course takes a quarter of a second in each language. The rest waits for the next message.
AT_A_TIME = 10


@shared_task
def sweep_indexes() -> None:
    for pk in list(building.find_changed().values_list("pk", flat=True)[:AT_A_TIME]):
        building.build(pk)
