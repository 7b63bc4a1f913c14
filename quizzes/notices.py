"""Owns the mails that tell students of a grade that changed after it was given: only those it touches, each once.

The row is the claim, committed before any mail server hears of it; a sender that died leaves it to a person.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation

from common import mail
from quizzes.models import GradeNotice

log = structlog.get_logger(__name__)
Status = GradeNotice.Status

BATCH = 100
# Pauses before the second, third … try of a mail that the server put off.
BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
# After so long a sender is taken to be dead.
STALE = timedelta(minutes=10)


def send_waiting(*, now: datetime) -> int:
    """Send the notices whose turn has come; returns how many went."""
    GradeNotice.objects.filter(status=Status.SENDING, claimed_at__lte=now - STALE).update(
        status=Status.UNCERTAIN, finished_at=now, error="The sender stopped in the middle."
    )
    waited = Q(tries=0)
    for tries, pause in enumerate(BACKOFF, start=1):
        waited |= Q(tries=tries, claimed_at__lte=now - pause)
    ready = GradeNotice.objects.filter(waited, status=Status.QUEUED).order_by("pk").values_list("pk", "tries")[:BATCH]
    return sum(_send(pk, tries, now) for pk, tries in ready)


def _send(notice_id: int, tries: int, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        mine = GradeNotice.objects.filter(pk=notice_id, status=Status.QUEUED, tries=tries).update(
            status=Status.SENDING, claimed_at=now, tries=F("tries") + 1
        )
    if not mine:
        return False
    notice = GradeNotice.objects.select_related(
        "grade", "attempt__enrolment__user", "attempt__enrolment__course", "attempt__quiz__activity"
    ).get(pk=notice_id)
    status, error = Status.SENT, ""
    try:
        _deliver(notice, now)
    except mail.Deferred as failed:
        status, error = Status.QUEUED if tries < len(BACKOFF) else Status.FAILED, str(failed)
    except mail.Refused as failed:
        status, error = Status.FAILED, str(failed)
    except mail.Uncertain as failed:
        status, error = Status.UNCERTAIN, str(failed)
    GradeNotice.objects.filter(pk=notice_id, tries=tries + 1).update(
        status=status, error=error, finished_at=None if status == Status.QUEUED else now
    )
    log.info("grade_notice", notice=notice_id, status=status.value, error=error)
    return status == Status.SENT


def _deliver(notice: GradeNotice, now: datetime) -> None:
    user = notice.attempt.enrolment.user
    if not user.is_active:
        return
    with translation.override(user.language):
        title = str(notice.attempt.quiz.activity)
    message = mail.compose(
        "quizzes/grade_changed",
        {
            "user": user,
            "title": title,
            "notice": notice,
            "grade": notice.grade,
            "url": mail.absolute(reverse("quizzes:attempt-result", args=[notice.attempt.uuid])),
        },
        to=user.email,
        language=user.language,
        zone=user.zone,
        now=now,
        headers={"Message-ID": mail.message_id(f"grade-{notice.uuid}")},
    )
    mail.deliver(message)
