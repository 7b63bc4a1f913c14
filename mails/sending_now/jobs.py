"""Send this week's mails of a course at once, by the worker: a dry run, a confirmation, the mails. Each step can be cancelled.

A mailing is claimed by a conditional update with a lease, and each mail by its own row (`mails.sending_now.by_hand`). So neither
two presses of a button nor two workers nor two mailings send anybody two mails for one week.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from common.queue import claims
from courses.models import Course, Enrolment
from mails.models import KEPT, WAITS, Mailing
from mails.sending_now import by_hand, findings

Status = Mailing.Status
# Seconds that one task spends, and how many students it looks at or sends to before it stores its progress.
BUDGET = 8.0
PLANNED_TOGETHER, SENT_TOGETHER = 200, 20


@transaction.atomic
def request(*, course: Course, enrolments: Sequence[int], actor: User | None, now: datetime) -> Mailing:
    """Store the wish to send, and enqueue its dry run. `enrolments` are ids; none means all students."""
    mailing = Mailing.objects.create(
        course=course, enrolments=sorted(enrolments), created_by=actor, created_at=now, queued_at=now
    )
    Mailing.objects.enqueue(mailing.pk)
    return mailing


@transaction.atomic
def confirm(mailing: Mailing, *, now: datetime) -> bool:
    """Enqueue the mails of a dry run; return whether this call did. Idempotent."""
    confirmed = Mailing.objects.filter(pk=mailing.pk, status=Status.PLANNED).update(
        status=Status.SENDING, done=0, position=0, queued_at=now, claims=0, lease_until=None
    )
    if confirmed:
        Mailing.objects.enqueue(mailing.pk)
    return bool(confirmed)


def cancel(mailing: Mailing) -> bool:
    """Cancel a mailing that has not ended; return whether it was. A worker stops after the students that it is at."""
    return claims.cancel(mailing, [Status.PLANNING, Status.PLANNED, Status.SENDING], {})


def students_of(mailing: Mailing) -> QuerySet[Enrolment]:
    """Return the students whom it is for, as they are now, in a fixed order."""
    found = Enrolment.objects.filter(course=mailing.course_id, status=Enrolment.Status.ACTIVE).order_by("pk")
    return found.filter(pk__in=mailing.enrolments) if mailing.enrolments else found


def run(*, mailing_id: int, now: datetime, budget: float = BUDGET) -> None:
    """Do the next part of a mailing, if it waits for one. Idempotent, also in concurrent workers."""
    if not Mailing.objects.claim(mailing_id, now=now):
        return
    job = Mailing.objects.select_related("course").get(pk=mailing_id)
    try:
        if job.status == Status.PLANNING:
            _plan(job, time.monotonic() + budget, now)
        else:
            _send(job, time.monotonic() + budget, now)
    except claims.ClaimLost:
        claims.log_lost(job)


def sweep(*, now: datetime) -> None:
    """Enqueue lost mailings again, give up those that failed too often, and end or delete old ones."""
    rows = Mailing.objects.all()
    for mailing in rows.exhausted(now=now):
        rows.give_up(mailing, now=now, status=Status.FAILED)
    rows.enqueue_lost(now=now)
    rows.filter(status=Status.PLANNED, created_at__lte=now - WAITS).update(status=Status.CANCELLED)
    rows.filter(created_at__lte=now - KEPT).exclude(status__in=rows.working).delete()


def _plan(job: Mailing, until: float, now: datetime) -> None:
    while group := _next(job, PLANNED_TOGETHER):
        if time.monotonic() >= until:
            claims.continue_later(job, timezone.now())
            return
        codes = by_hand.judge([each.user for each in group], now=now)
        findings.add(job.plan, [(each.pk, codes[each.user_id]) for each in group])
        _note(job, group, plan=job.plan)
    claims.finish(job, status=Status.PLANNED, done=job.total)


def _send(job: Mailing, until: float, now: datetime) -> None:
    while group := _next(job, SENT_TOGETHER):
        left = until - time.monotonic()
        if left <= 0:
            claims.continue_later(job, timezone.now())
            return
        codes = by_hand.send([each.user for each in group], now=now, budget=left)
        findings.add(job.outcome, [(each.pk, codes[each.user_id]) for each in group])
        _note(job, group, outcome=job.outcome)
    claims.finish(job, status=Status.DONE, done=job.total)


def _next(job: Mailing, count: int) -> list[Enrolment]:
    """Return the next students. Counts all of them at first."""
    students = students_of(job)
    if not job.position:
        job.total = students.count()
        claims.update(job, total=job.total)
    return list(students.filter(pk__gt=job.position).select_related("user")[:count])


def _note(job: Mailing, group: Sequence[Enrolment], **found: Any) -> None:
    """Store how far it is and what was found. Raises ClaimLost."""
    job.position, job.done = group[-1].pk, job.done + len(group)
    progress = {"position": job.position, "done": job.done, **found}
    try:
        claims.extend(job, timezone.now(), **progress)
    except claims.ClaimLost:
        # These mails are out, also if somebody has cancelled the rest meanwhile.
        Mailing.objects.filter(pk=job.pk, status=Status.CANCELLED, claims=job.claims).update(**progress)
        raise
