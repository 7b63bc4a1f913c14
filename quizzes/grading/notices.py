"""Send grade notices: mails to students whose grade has changed.

Each `GradeNotice` is sent at most once (`common.mail.outbox`). Those of one student that wait at the same moment go in one mail.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.utils import translation

from accounts.messages import sending as messages
from accounts.models import User
from common.mail import outbox
from common.messages.kinds import KINDS
from courses.models import Enrolment
from quizzes.grading.models import GradeNotice

log = structlog.get_logger(__name__)
Status = GradeNotice.Status

# The kind of message: see `quizzes.message_kinds.grade_changed`.
KIND = "grade-changed"

# Maximum number of notices that one run reads. The next run reads the rest.
BATCH = 1000


def send(*, notice_id: int, now: datetime) -> Status | None:
    """Send one notice if it is due; returns its new status, None if it was not due or another process claimed it."""
    return _send(notice_id, outbox.due_condition(now), now)


def send_again(*, notice_id: int, now: datetime) -> Status | None:
    """Send an uncertain or failed notice again, at the request of a person; returns like `send`."""
    return _send(notice_id, outbox.RESENDABLE, now)


def send_waiting(*, now: datetime) -> int:
    """Mark notices of dead senders as uncertain and send those that are due; returns how many were sent."""
    if uncertain := outbox.mark_uncertain(GradeNotice.objects.all(), now=now):
        log.error("grade_notices_need_a_look", uncertain=uncertain)
    ready = GradeNotice.objects.filter(outbox.due_condition(now)).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return outbox.send_all(ready, lambda pk: send(notice_id=pk, now=now), budget=outbox.BUDGET).count(Status.SENT)


def _send(notice_id: int, condition: Q, now: datetime) -> Status | None:
    notice = outbox.claim(GradeNotice.objects.all(), notice_id, condition, name="grade", now=now)
    if notice is None:
        return None
    student = Enrolment.objects.filter(attempts__notices=notice).values("user")
    siblings = GradeNotice.objects.filter(attempt__enrolment__user__in=student)
    others = outbox.claim_others(notice, siblings, outbox.due_condition(now), now=now)
    return Status(outbox.send(notice, lambda: _write([notice, *others], now), now=now, others=others))


def _write(notices: Sequence[GradeNotice], now: datetime) -> EmailMultiAlternatives | None:
    """Return the mail; None if the account is gone or closed, or the student has left every course of the notices."""
    # Read again: the account may have been deleted since the row was claimed.
    user = User.objects.filter(enrolments__attempts__notices=notices[0], is_active=True).first()
    if user is None:
        return None
    if user.is_mail_stopped:
        raise outbox.Skip(messages.STOPPED)
    kind = KINDS[KIND]
    with translation.override(messages.language_of(user)):
        found = kind.entries(user, [str(notice.pk) for notice in notices])
    for notice in notices:
        if str(notice.pk) not in found:
            outbox.skip(notice, "The student has left the course, or its grades are held back.", now=now)
    entries = [found[str(notice.pk)] for notice in notices if str(notice.pk) in found]
    return messages.compose(kind, user, entries, message_id=notices[0].message_id, now=now) if entries else None
