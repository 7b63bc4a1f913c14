"""`manage.py send_weekly_summaries`, and the Celery tasks."""

import re
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from accounts.models import User
from courses import tasks
from courses.models import Enrolment, SummaryDelivery
from courses.summaries import deliveries, trials
from courses.summaries.schedule import Slot
from courses.summaries.unsubscribing import unsubscribe_token
from tests.factories import EnrolmentFactory, UserFactory

MONDAY = "2026-11-23T08:30:00+09:00"
THURSDAY = "2026-11-26T08:00:00+09:00"


def run(*args: str) -> str:
    out = StringIO()
    call_command("send_weekly_summaries", *args, stdout=out)
    return out.getvalue().strip()


def test_the_command_sends_due_summaries(enrolment: Enrolment) -> None:
    EnrolmentFactory(user=enrolment.user)
    EnrolmentFactory()
    assert run("--now", MONDAY) == "2 newly due; 1 sent, 1 skipped."
    assert run("--now", MONDAY) == "0 newly due; nothing to send."
    assert [message.to for message in django_mail.outbox] == [["alice@example.com"]]


def test_the_command_sends_all_however_many_are_due(enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        EnrolmentFactory(course=enrolment.course)
    monkeypatch.setattr(deliveries, "BATCH", 2)
    monkeypatch.setattr(deliveries, "READY", 2)
    assert run("--now", MONDAY) == "5 newly due; 5 sent."


def test_the_option_now_sets_the_time(enrolment: Enrolment) -> None:
    is_due = Slot(ZoneInfo("Asia/Seoul")).due_week(timezone.now()) is not None
    assert run().startswith(f"{int(is_due)} newly due")


def test_the_option_to_sends_a_summary_at_every_call(enrolment: Enrolment) -> None:
    assert run("--to", "Alice@example.com", "--now", MONDAY) == "The summary of this week to Alice@example.com: sent."
    for _ in range(2):
        assert run("--to", "alice@example.com", "--now", MONDAY).startswith("A copy to alice@example.com: sent.")
    assert run("--to", "alice@example.com", "--now", THURSDAY).startswith("A copy to alice@example.com: sent.")
    assert len(django_mail.outbox) == 4
    assert SummaryDelivery.objects.get().send_attempts == 1


def test_the_command_says_if_the_summary_would_be_empty(bob: User) -> None:
    assert run("--to", "bob@example.com", "--now", THURSDAY).startswith("There is nothing to tell bob@example.com")


def test_the_command_refuses_an_unknown_address(alice: User) -> None:
    with pytest.raises(CommandError, match="No account has the address nobody@"):
        run("--to", "nobody@example.com")


@pytest.mark.parametrize("field", ["wants_weekly_summary", "is_active"])
def test_the_command_refuses_users_who_get_no_summary(alice: User, field: str) -> None:
    User.objects.update(**{"wants_weekly_summary": True, "is_active": True, field: False})
    with pytest.raises(CommandError, match="gets no weekly summary"):
        run("--to", "alice@example.com")


@pytest.mark.enable_socket
@pytest.mark.usefixtures("no_mail_server")
def test_the_command_reports_a_mail_server_that_is_down(enrolment: Enrolment) -> None:
    assert run("--to", "alice@example.com", "--now", MONDAY) == "The summary of this week to alice@example.com: queued."
    with pytest.raises(CommandError, match="was not sent: ConnectionRefusedError"):
        run("--to", "alice@example.com", "--now", THURSDAY)


@pytest.mark.parametrize("moment", ["Monday", "2026-11-23T08:00:00", "2026-13-23T08:00:00+09:00"])
def test_an_invalid_time_is_refused(db: None, moment: str) -> None:
    with pytest.raises(CommandError, match=re.escape(moment)):
        run("--now", moment)


def test_the_tasks_queue_and_send_summaries(enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.fromisoformat(MONDAY)
    # By the real clock the test would fail each evening: at night summaries are put off.
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    delivery = SummaryDelivery.objects.create(
        user=enrolment.user, iso_year=2026, iso_week=48, due_at=now - timedelta(hours=1)
    )
    tasks.send_weekly_summaries_of(delivery_ids=[delivery.pk])
    delivery.refresh_from_db()
    assert delivery.status == "sent"
    late = SummaryDelivery.objects.create(
        user=enrolment.user, iso_year=2020, iso_week=1, due_at=datetime(2020, 1, 6, tzinfo=ZoneInfo("Asia/Seoul"))
    )
    tasks.send_weekly_summaries()
    late.refresh_from_db()
    assert late.status == "failed"


def test_a_dry_run_says_how_many_and_why_not_the_others_and_changes_nothing(enrolment: Enrolment) -> None:
    EnrolmentFactory()  # in a course without lessons
    EnrolmentFactory(user=UserFactory(wants_weekly_summary=False), course=enrolment.course)
    for place in range(2):
        address = f"gone{place}@example.com"
        EnrolmentFactory(user=UserFactory(email=address, bounced_address=address), course=enrolment.course)
    others = [
        "2 would not: Earlier mails to the address came back.",
        "1 would not: Nothing is left to do, and nothing happened in the week.",
        "1 would not: The person has switched the summary off.",
    ]
    assert sorted(run("--dry-run", "--now", MONDAY).splitlines()) == sorted(["1 would be sent.", *others])
    with translation.override("ko"):
        # The language of the site is not that of the command.
        assert sorted(run("--dry-run", "--now", MONDAY).splitlines()) == sorted(["1 would be sent.", *others])
    assert not SummaryDelivery.objects.exists()
    assert django_mail.outbox == []
    deliveries.queue_due(now=parse_datetime(MONDAY))  # type: ignore[arg-type]  # it is a time
    assert sorted(run("--dry-run", "--now", MONDAY).splitlines()) == sorted(["1 would be sent.", *others])
    assert run("--now", MONDAY) == "0 newly due; 1 sent, 3 skipped."
    sent = ["0 would be sent.", "1 would not: This week's mail has been sent."]
    assert sorted(run("--dry-run", "--now", MONDAY).splitlines()) == sorted([*sent, *others])


def test_a_dry_run_counts_everybody_once(enrolment: Enrolment) -> None:
    deliveries.queue_due(now=parse_datetime(MONDAY))  # type: ignore[arg-type]
    assert run("--dry-run", "--now", MONDAY) == "1 would be sent."
    # Who has chosen another day since then is not due by that day, but the row waits.
    User.objects.update(summary_day=5)
    assert run("--dry-run", "--now", MONDAY) == "1 would be sent."
    # At night it is put off.
    assert run("--dry-run", "--now", "2026-11-23T22:00:00+09:00").splitlines() == [
        "0 would be sent.",
        "1 would not: It goes out later by itself: it is night there, or the mail server was busy.",
    ]


def test_nobody_is_sent_a_summary_by_hand_where_mails_came_back(enrolment: Enrolment) -> None:
    User.objects.update(bounced_address="alice@example.com")
    with pytest.raises(CommandError, match="Earlier mails to the address came back"):
        run("--to", "alice@example.com")
    assert run("--to", "alice@example.com", "--test", "me@example.com", "--now", MONDAY).endswith("sent.")


def test_a_test_goes_to_another_address_and_leaves_no_row(enrolment: Enrolment) -> None:
    said = run("--to", "alice@example.com", "--test", "me@example.com", "--now", MONDAY)
    assert said == "What alice@example.com would get, to me@example.com: sent."
    [message] = django_mail.outbox
    assert message.to == ["me@example.com"]
    assert "Hello Alice," in message.body
    said = f"{message.extra_headers}{message.body}{message.alternatives[0].content}"  # type: ignore[attr-defined]
    assert unsubscribe_token(enrolment.user) not in said
    assert re.findall("weekly-summary/([^/]*)/", said) == ["test", "test"]
    assert not SummaryDelivery.objects.exists()
    with pytest.raises(CommandError, match="needs --to"):
        run("--test", "me@example.com")


def test_tests_to_one_address_are_limited(enrolment: Enrolment) -> None:
    for _ in range(trials.MOST):
        run("--to", "alice@example.com", "--test", "me@example.com", "--now", MONDAY)
    with pytest.raises(CommandError, match=r"to Me@example\.com was not sent: 20 test mails"):
        run("--to", "alice@example.com", "--test", "Me@example.com", "--now", MONDAY)
    assert run("--to", "alice@example.com", "--test", "you@example.com", "--now", MONDAY).endswith("sent.")
    assert len(django_mail.outbox) == trials.MOST + 1
