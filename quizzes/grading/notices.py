"""Owns the mails that tell students of a grade that changed after it was given: only those it touches, each once.

`GradeNotice` is the row; how its mail goes once is `common.mail.outbox`'s.
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

# Mails that one wake-up looks at; the next one goes on.
BATCH = 1000


def send(*, notice_id: int, now: datetime) -> Status | None:
    """Send one notice, if it is queued and its turn has come; returns what became of it, None if it was not ours."""
    return _send(notice_id, outbox.due_condition(now), now)


def send_again(*, notice_id: int, now: datetime) -> Status | None:
    """Send a notice again that is uncertain or failed, because a person has looked at it and says so."""
    return _send(notice_id, outbox.RESENDABLE, now)


def send_waiting(*, now: datetime) -> int:
    """What a wake-up does: name what a dead sender left, send what nobody has sent. Returns how many went."""
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
    """The mail, in its reader's language; None where nobody is left to read it."""
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
