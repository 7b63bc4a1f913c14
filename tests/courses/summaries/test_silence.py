"""Who stays away is asked once whether to go on, and gets no further summary until they come again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as django_mail

from courses import progress
from courses.models import Enrolment, SummaryDelivery
from courses.summaries import deliveries

# A Monday, half past eight in Seoul.
DUE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def away(enrolment: Enrolment) -> Enrolment:
    """Alice was here for the last time on a Monday at noon, before the summaries that the tests send."""
    lesson = enrolment.course.activities.get(slug="lesson-1")
    progress.record_visit(enrolment=enrolment, activity=lesson, now=DUE + timedelta(hours=3))
    return enrolment


def send_week(number: int) -> str:
    """Send the summary of the week that is so many weeks after DUE; return its status and its edition."""
    now = DUE + number * WEEK
    deliveries.send_all(deliveries.queue_due(now=now), now=now)
    row = SummaryDelivery.objects.order_by("-due_at")[0]
    return f"{row.status} {row.edition} {row.error}".strip()


def test_whoever_stays_away_is_asked_once_and_gets_none_until_they_come_again(away: Enrolment) -> None:
    assert [send_week(number) for number in range(1, 8)] == [
        "sent week",
        "sent week",
        "sent week",
        "sent go_on",
        "skipped week paused",
        "skipped week paused",
        "skipped week paused",
    ]
    assert django_mail.outbox[3].subject == "Shall we go on with “Statistics”?"
    assert "this is the last summary for now" in django_mail.outbox[3].body
    lesson = away.course.activities.get(slug="lesson-2")
    progress.record_visit(enrolment=away, activity=lesson, now=DUE + 7 * WEEK + timedelta(hours=1))
    assert send_week(8) == "sent week"
    # Who stays away again is asked again.
    assert [send_week(number) for number in range(9, 13)] == [
        "sent week",
        "sent week",
        "sent go_on",
        "skipped week paused",
    ]


def test_the_reason_is_said_in_the_readers_language(away: Enrolment) -> None:
    for number in range(1, 6):
        send_week(number)
    row = SummaryDelivery.objects.get(error="paused")
    assert row.why == "The person was asked whether to go on, and has not come back since."
