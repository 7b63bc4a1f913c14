"""Send grade notices: mails to students whose grade has changed.

Each `GradeNotice` is one mail. `common.mail.outbox` claims it, so that it is sent at most once.
"""

from datetime import datetime

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from common.mail import outbox, sending
from courses.models import Enrolment
from quizzes.grading.models import GradeNotice

log = structlog.get_logger(__name__)
Status = GradeNotice.Status

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
    rows = GradeNotice.objects.select_related(
        "grade", "attempt__enrolment__user", "attempt__enrolment__course", "attempt__quiz__activity"
    )
    notice = outbox.claim(rows, notice_id, condition, name="grade", now=now)
    return Status(outbox.send(notice, lambda: _message(notice, now), now=now)) if notice else None


def _message(notice: GradeNotice, now: datetime) -> EmailMultiAlternatives | None:
    """Return the mail in the student's language; None if the account is closed or the student has left the course."""
    enrolment = notice.attempt.enrolment
    user = enrolment.user
    if not user.is_active or enrolment.status != Enrolment.Status.ACTIVE:
        return None
    with translation.override(user.language):
        title, course = str(notice.attempt.quiz.activity), str(enrolment.course)
    return sending.compose(
        "quizzes/grade_changed",
        {
            "user": user,
            "title": title,
            "course": course,
            "notice": notice,
            "grade": notice.grade,
            "url": sending.absolute(reverse("quizzes:attempt-result", args=[notice.attempt.uuid])),
        },
        to=user.email,
        language=user.language,
        zone=user.zone,
        now=now,
        headers={"Message-ID": notice.message_id},
    )
