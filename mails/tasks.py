"""Define the Celery tasks of mails. Other modules do the work."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from mails.reminders import planning
from mails.sending_now import jobs


@shared_task
def queue_reminders() -> None:
    planning.queue_due(now=timezone.now())


# A batch takes seconds, and the task continues with another one: see `mails.sending_now.jobs`.
@shared_task
def run_mailing(*, mailing_id: int) -> None:
    jobs.run(mailing_id=mailing_id, now=timezone.now())


@shared_task
def sweep_mailings() -> None:
    jobs.sweep(now=timezone.now())


# A site without a mailbox for bounces does nothing here.
@shared_task
def read_bounces() -> None:
    # It imports the readers of all forms of bounces, which no other task needs.
    from mails.bounces import mailbox

    # It is logged and noted.
    with suppress(mailbox.Unreadable):
        mailbox.read_new(now=timezone.now())
