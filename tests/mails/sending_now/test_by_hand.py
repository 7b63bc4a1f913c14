"""This week's summaries that a person sends: to whom, once a week, in the morning where it is night, what goes later."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from courses.models import Enrolment, SummaryDelivery
from courses.summaries import content, deliveries
from mails import planning
from mails.sending_now import by_hand
from tests.factories import EnrolmentFactory, UserFactory

SEOUL = ZoneInfo("Asia/Seoul")
# 2026-W48.
MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL).astimezone(UTC)
THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=SEOUL).astimezone(UTC)
NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture
def alice(enrolment: Enrolment) -> User:
    return enrolment.user


def send(*users: User, now: datetime = THURSDAY, budget: float = 60) -> list[str]:
    found = by_hand.send(users, now=now, budget=budget)
    return [found[user.pk] for user in users]


def judge(*users: User, now: datetime = THURSDAY) -> list[str]:
    found = by_hand.judge(users, now=now)
    return [found[user.pk] for user in users]


def test_it_is_sent_before_its_day_and_not_again_on_it(alice: User) -> None:
    User.objects.update(summary_day=5)
    alice.refresh_from_db()
    assert judge(alice) == ["goes"]
    assert not SummaryDelivery.objects.exists()
    assert send(alice) == ["goes"]
    row = SummaryDelivery.objects.get()
    assert (row.iso_year, row.iso_week, row.status, row.period_end) == (2026, 48, "sent", THURSDAY)
    friday = MONDAY + timedelta(days=4)
    assert deliveries.queue_due(now=friday) == []
    assert send(alice) == judge(alice) == ["sent"]
    assert len(django_mail.outbox) == 1


def test_the_next_one_begins_where_this_one_ended(alice: User) -> None:
    send(alice)
    [pk] = deliveries.queue_due(now=NEXT_MONDAY)
    row = SummaryDelivery.objects.get(pk=pk)
    assert (row.iso_week, row.period_start, row.period_end) == (49, THURSDAY, NEXT_MONDAY)


def test_who_has_this_weeks_gets_no_other(alice: User) -> None:
    deliveries.queue_due(now=MONDAY)
    deliveries.send_due(now=MONDAY)
    assert send(alice, now=MONDAY + timedelta(hours=1)) == ["sent"]
    assert send(alice) == ["sent"]
    assert len(django_mail.outbox) == 1


@pytest.mark.parametrize(
    ("status", "standing"), [("sending", "sending"), ("uncertain", "uncertain"), ("bounced", "returned")]
)
def test_what_may_have_arrived_is_not_sent_again(alice: User, status: str, standing: str) -> None:
    [pk] = deliveries.queue_due(now=MONDAY)
    SummaryDelivery.objects.update(status=status)
    assert judge(alice) == send(alice) == [standing]
    assert django_mail.outbox == []
    assert SummaryDelivery.objects.get(pk=pk).status == status


@pytest.mark.parametrize("status", ["skipped", "failed"])
def test_what_was_certainly_not_sent_is_tried_again(alice: User, status: str) -> None:
    deliveries.queue_due(now=MONDAY)
    # As after the last attempt.
    SummaryDelivery.objects.update(status=status, error="off", send_attempts=9, claimed_at=THURSDAY)
    assert judge(alice) == send(alice) == ["goes"]
    row = SummaryDelivery.objects.get()
    assert (row.status, row.period_end, row.error, len(django_mail.outbox)) == ("sent", THURSDAY, "", 1)


def test_who_gets_none_can_still_get_one_later_in_the_week(alice: User) -> None:
    stays = UserFactory(wants_weekly_summary=False)
    EnrolmentFactory(user=stays)
    left = UserFactory()
    gone = EnrolmentFactory(user__email="gone@example.com", user__bounced_address="gone@example.com").user
    closed = EnrolmentFactory(user__is_active=False).user
    people = (stays, left, gone, closed)
    assert judge(*people) == send(*people) == ["off", "nothing", "bounced", "closed"]
    assert not SummaryDelivery.objects.exists()


@pytest.mark.parametrize("hour", [21, 2])
def test_at_night_it_waits_for_the_morning(alice: User, hour: int) -> None:
    night = datetime(2026, 11, 26, hour, 0, tzinfo=SEOUL).astimezone(UTC)
    morning = datetime(2026, 11, 27 if hour == 21 else 26, 8, 0, tzinfo=SEOUL).astimezone(UTC)
    assert judge(alice, now=night) == send(alice, now=night) == ["later"]
    assert (SummaryDelivery.objects.get().due_at, django_mail.outbox) == (morning, [])
    assert judge(alice, now=night) == send(alice, now=night) == ["later"]
    deliveries.send_due(now=morning)
    assert (SummaryDelivery.objects.get().status, len(django_mail.outbox)) == ("sent", 1)


def test_what_it_has_no_time_for_goes_by_itself(alice: User) -> None:
    assert send(alice, budget=0) == ["later"]
    assert django_mail.outbox == []
    deliveries.send_due(now=THURSDAY)
    assert len(django_mail.outbox) == 1


def test_on_the_day_after_a_sunday_the_week_that_is_due_counts(alice: User) -> None:
    User.objects.update(summary_day=7, summary_time="20:00")
    alice.refresh_from_db()
    assert by_hand.week_of(alice, NEXT_MONDAY) == (2026, 48)
    assert by_hand.week_of(alice, NEXT_MONDAY + timedelta(days=1)) == (2026, 49)


class OtherSender(BaseEmailBackend):
    """A mail backend that lets somebody else send the same mail while it is sending."""

    other: Any = None

    def send_messages(self, email_messages: Any) -> int:
        other, type(self).other = type(self).other, None
        if other:
            other()
        django_mail.outbox.extend(email_messages)
        return len(email_messages)


@pytest.fixture
def meanwhile(settings: Settings) -> Iterator[type[OtherSender]]:
    settings.EMAIL_BACKEND = f"{__name__}.OtherSender"
    yield OtherSender
    OtherSender.other = None


def test_two_at_the_same_time_send_one(alice: User, meanwhile: type[OtherSender]) -> None:
    found: list[list[str]] = []
    meanwhile.other = lambda: found.append(send(alice))
    assert send(alice) == ["goes"]
    assert found == [["sending"]]
    assert len(django_mail.outbox) == 1


def test_the_periodic_run_at_the_same_time_sends_none(alice: User, meanwhile: type[OtherSender]) -> None:
    meanwhile.other = lambda: deliveries.send_due(now=MONDAY)
    assert send(alice, now=MONDAY) == ["goes"]
    assert len(django_mail.outbox) == 1


def test_two_that_looked_before_either_had_a_row_send_one(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[list[str]] = []
    look = planning.judge

    def then_another(*args: Any, **options: Any) -> dict[int, str]:
        codes = look(*args, **options)
        monkeypatch.setattr(planning, "judge", look)
        found.append(send(alice))
        return codes

    monkeypatch.setattr(planning, "judge", then_another)
    assert send(alice) == ["sending"]
    assert found == [["goes"]]
    assert len(django_mail.outbox) == 1


def test_one_whose_mail_cannot_be_written_does_not_stop_the_others(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = EnrolmentFactory(course=alice.enrolments.get().course).user
    find = content.find_summaries

    def fail_for_alice(periods: Any, **options: Any) -> Any:
        periods = list(periods)
        if any(period.user_id == alice.pk for period in periods):
            raise RuntimeError
        return find(periods, **options)

    monkeypatch.setattr(content, "find_summaries", fail_for_alice)
    assert judge(alice, other) == send(alice, other) == ["broken", "goes"]
    assert [message.to for message in django_mail.outbox] == [[other.email]]


def test_the_dry_run_takes_as_many_queries_for_200_as_for_2(alice: User) -> None:
    course = alice.enrolments.get().course

    def count(users: list[User]) -> int:
        judge(*users)
        with CaptureQueriesContext(connection) as captured:
            judge(*users)
        return len(captured)

    few = count([alice, EnrolmentFactory(course=course).user])
    assert count([EnrolmentFactory(course=course).user for _ in range(200)]) == few
