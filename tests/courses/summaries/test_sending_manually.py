"""A weekly summary that an administrator sends now: through its row if it is due, else as a copy."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail

from accounts.models import User
from courses import progress
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import deliveries, unsubscribing

pytestmark = pytest.mark.django_db
Status = SummaryDelivery.Status
# A Monday: 2026-W48 begins.
DUE = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Seoul")).astimezone(UTC)
MINUTE = timedelta(minutes=1)


def test_the_regular_summary_is_sent_through_its_row(enrolment: Enrolment) -> None:
    status, is_own = deliveries.send_now(user=enrolment.user, now=DUE)
    assert status == Status.SENT
    assert is_own is True
    assert SummaryDelivery.objects.get().status == "sent"
    assert deliveries.queue_due(now=DUE) == []


def test_a_further_summary_is_a_copy_without_a_row(enrolment: Enrolment) -> None:
    [pk] = deliveries.queue_due(now=DUE)
    for now in (DUE, DUE + MINUTE, DUE + timedelta(days=3)):
        deliveries.send_now(user=enrolment.user, now=now)
    [delivery] = SummaryDelivery.objects.all()
    assert (delivery.pk, delivery.status, delivery.send_attempts) == (pk, "sent", 1)
    ids = [message.extra_headers["Message-ID"] for message in django_mail.outbox]
    assert len(set(ids)) == 3
    assert delivery.message_id == ids[0]


def test_a_copy_covers_the_last_seven_days(enrolment: Enrolment, course: Course) -> None:
    thursday = DUE + timedelta(days=3)
    lesson = course.activities.get(slug="lesson-1")
    progress.mark_done(enrolment=enrolment, activity=lesson, now=thursday - timedelta(days=7))
    status, is_own = deliveries.send_now(user=enrolment.user, now=thursday)
    assert status == Status.SENT
    assert is_own is False
    assert "Lessons done: 1\n" in django_mail.outbox[0].body


def test_an_empty_summary_is_skipped(bob: User) -> None:
    assert deliveries.send_now(user=bob, now=DUE - MINUTE) == (Status.SKIPPED, False)
    assert django_mail.outbox == []


def test_a_user_who_switched_it_off_gets_no_row(enrolment: Enrolment) -> None:
    unsubscribing.subscribe(user=enrolment.user, wanted=False)
    enrolment.user.refresh_from_db()
    status, is_own = deliveries.send_now(user=enrolment.user, now=DUE)
    assert status == Status.SENT
    assert is_own is False
    assert not SummaryDelivery.objects.exists()
