"""Sending a weekly summary: once, never twice, and failures stay visible."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from courses import progress
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import content, deliveries
from tests.factories import EnrolmentFactory, UserFactory
from tests.smtp import HANG_UP, MailServer

Status = SummaryDelivery.Status
SEOUL = ZoneInfo("Asia/Seoul")
# A Monday: 2026-W48 begins.
DUE = datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL).astimezone(UTC)
MINUTE = timedelta(minutes=1)


def assert_row(delivery: SummaryDelivery, *, status: str, send_attempts: int) -> None:
    """The row has these values; `delivery` has them afterwards."""
    delivery.refresh_from_db()
    assert delivery.status == status
    assert delivery.send_attempts == send_attempts


@pytest.fixture
def delivery(enrolment: Enrolment) -> SummaryDelivery:
    """Alice's summary of 2026-W48, queued and due."""
    [pk] = deliveries.queue_due(now=DUE)
    return SummaryDelivery.objects.get(pk=pk)


class InterruptedBackend(BaseEmailBackend):
    """A mail backend that runs `happening` while it sends."""

    happening: Any = None

    def send_messages(self, email_messages: Any) -> int:
        type(self).happening(*email_messages)
        return 1


@pytest.fixture
def interrupted(settings: Settings) -> Iterator[type[InterruptedBackend]]:
    settings.EMAIL_BACKEND = f"{__name__}.InterruptedBackend"
    yield InterruptedBackend
    InterruptedBackend.happening = None


class TestSend:
    def test_a_due_summary_is_sent(self, delivery: SummaryDelivery) -> None:
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.SENT
        assert_row(delivery, status="sent", send_attempts=1)
        assert delivery.claimed_at == DUE
        assert delivery.finished_at == DUE
        assert delivery.error == ""
        [message] = django_mail.outbox
        assert message.to == ["alice@example.com"]
        assert message.extra_headers["Message-ID"] == delivery.message_id == f"<weekly-{delivery.uuid}@localhost>"

    def test_a_second_task_sends_nothing(self, delivery: SummaryDelivery) -> None:
        deliveries.send(delivery_id=delivery.pk, now=DUE)
        assert deliveries.send(delivery_id=delivery.pk, now=DUE + MINUTE) is None
        assert deliveries.send(delivery_id=404, now=DUE) is None
        assert len(django_mail.outbox) == 1

    @pytest.mark.django_db(transaction=True)
    def test_the_claim_is_committed_before_the_mail_is_sent(
        self, delivery: SummaryDelivery, interrupted: type[InterruptedBackend]
    ) -> None:
        rows: list[SummaryDelivery] = []
        sent: list[Any] = []

        def look(message: Any) -> None:
            assert not connection.in_atomic_block
            rows.append(SummaryDelivery.objects.get())
            sent.append(message)

        interrupted.happening = look
        deliveries.send(delivery_id=delivery.pk, now=DUE)
        [row], [message] = rows, sent
        assert row.status == "sending"
        assert row.claimed_at == DUE
        assert row.message_id == message.extra_headers["Message-ID"]

    def test_only_the_first_of_two_senders_sends(
        self, delivery: SummaryDelivery, interrupted: type[InterruptedBackend]
    ) -> None:
        """The second sender starts while the first is connected to the mail server."""
        others = []
        interrupted.happening = lambda _: others.append(deliveries.send(delivery_id=delivery.pk, now=DUE))
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.SENT
        assert others == [None]

    @pytest.mark.parametrize(
        "change",
        [
            lambda user: User.objects.update(wants_weekly_summary=False),
            lambda user: User.objects.update(is_active=False),
            lambda user: Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN),
            lambda user: Course.objects.update(is_published=False),
            lambda user: Course.objects.get().activities.update(archived_at=DUE),
        ],
        ids=["unsubscribed", "deactivated", "withdrawn", "unpublished", "empty"],
    )
    def test_the_content_is_that_of_the_time_of_sending(self, delivery: SummaryDelivery, change: Any) -> None:
        change(delivery.user)
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.SKIPPED
        assert_row(delivery, status="skipped", send_attempts=1)
        assert delivery.finished_at == DUE
        assert django_mail.outbox == []

    def test_nothing_is_sent_to_somebody_who_is_deleted_after_the_claim(
        self, delivery: SummaryDelivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        find = content.find_summaries

        def delete_and_find(*args: Any, **kwargs: Any) -> Any:
            assert SummaryDelivery.objects.get().status == "sending"
            User.objects.all().delete()
            return find(*args, **kwargs)

        monkeypatch.setattr(content, "find_summaries", delete_and_find)
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.SKIPPED
        assert django_mail.outbox == []
        assert not SummaryDelivery.objects.exists()

    def test_a_summary_of_a_finished_course_is_skipped(self, enrolment: Enrolment, course: Course) -> None:
        for activity in course.activities.all():
            progress.mark_done(enrolment=enrolment, activity=activity, now=DUE - timedelta(days=1))
        outcomes = []
        for week in range(3):
            now = DUE + timedelta(days=7 * week)
            [pk] = deliveries.queue_due(now=now)
            outcomes.append(deliveries.send(delivery_id=pk, now=now))
        assert outcomes == [Status.SENT, Status.SKIPPED, Status.SKIPPED]
        assert django_mail.outbox[0].subject == "You have finished “Statistics”"

    def test_nothing_is_left_out_between_two_summaries(self, enrolment: Enrolment, course: Course) -> None:
        """A summary covers the time from the last due time on, even if the last summary was sent later."""
        first, second = course.activities.filter(kind="lesson")
        progress.mark_done(enrolment=enrolment, activity=first, now=DUE - timedelta(days=7))
        progress.mark_done(enrolment=enrolment, activity=second, now=DUE - timedelta(days=7, seconds=1))
        [pk] = deliveries.queue_due(now=DUE + timedelta(hours=30))
        deliveries.send(delivery_id=pk, now=DUE + timedelta(hours=30))
        assert "Lessons done: 1\n" in django_mail.outbox[0].body
        assert "- 1-1 Activity lesson-1 (" in django_mail.outbox[0].body

    def test_the_week_is_measured_in_the_users_local_time(self, course: Course) -> None:
        """The week in which daylight saving time ends has 169 hours."""
        enrolment = EnrolmentFactory(course=course, user=UserFactory(time_zone="Europe/Berlin"))
        now = datetime(2026, 10, 26, 7, 30, tzinfo=UTC)
        lesson = course.activities.get(slug="lesson-1")
        progress.mark_done(enrolment=enrolment, activity=lesson, now=now - timedelta(hours=169))
        [pk] = deliveries.queue_due(now=now)
        deliveries.send(delivery_id=pk, now=now)
        assert "19 October 2026" in django_mail.outbox[0].body
        assert "Activity lesson-1 (19 October 08:30)" in django_mail.outbox[0].body


@pytest.mark.enable_socket
class TestAgainstAMailServer:
    def test_a_temporary_refusal_is_retried_with_growing_pauses_until_given_up(
        self, delivery: SummaryDelivery, mail_server: MailServer
    ) -> None:
        mail_server.rcpt = "451 Busy"
        # The last one would be at night, so it waits until 8:00.
        expected = [0, 1, 6, 21, 81, 261, 621, 1410]
        tries = {
            at: deliveries.send(delivery_id=delivery.pk, now=DUE + at * MINUTE)
            for at in sorted({at for good in expected for at in (good - 0.5, good, good + 0.5) if at >= 0})
        }
        assert [at for at, status in tries.items() if status] == expected
        assert list(filter(None, tries.values())) == [Status.QUEUED] * 7 + [Status.FAILED]
        assert_row(delivery, status="failed", send_attempts=8)
        assert "451" in delivery.error
        assert mail_server.received == []

    def test_a_retry_has_the_same_message_id(self, delivery: SummaryDelivery, mail_server: MailServer) -> None:
        mail_server.data = "451 Busy"
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.QUEUED
        assert deliveries.ready(now=DUE + MINUTE / 2) == []
        mail_server.data = "250 OK"
        assert deliveries.ready(now=DUE + MINUTE) == [delivery.pk]
        assert deliveries.send(delivery_id=delivery.pk, now=DUE + MINUTE) == Status.SENT
        assert_row(delivery, status="sent", send_attempts=2)
        assert delivery.error == ""
        assert {message["Message-ID"] for message in mail_server.received} == {delivery.message_id}

    @pytest.mark.usefixtures("mail_server")
    def test_a_row_of_a_server_whose_clock_was_ahead_is_retried(self, delivery: SummaryDelivery) -> None:
        SummaryDelivery.objects.update(send_attempts=1, claimed_at=DUE + timedelta(days=400))
        assert deliveries.ready(now=DUE) == [delivery.pk]
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.SENT

    def test_a_permanent_refusal_is_not_retried(self, delivery: SummaryDelivery, mail_server: MailServer) -> None:
        mail_server.rcpt = "550 No such mailbox"
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.FAILED
        assert_row(delivery, status="failed", send_attempts=1)
        assert "No such mailbox" in delivery.error
        assert deliveries.ready(now=DUE + timedelta(hours=1)) == []

    def test_a_connection_lost_after_the_text_is_uncertain(
        self, delivery: SummaryDelivery, mail_server: MailServer
    ) -> None:
        mail_server.data = HANG_UP
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.UNCERTAIN
        mail_server.data = "250 OK"
        for minutes in range(0, 2160, 30):
            deliveries.send_due(now=DUE + minutes * MINUTE)
        assert_row(delivery, status="uncertain", send_attempts=1)
        assert len(mail_server.received) == 1

    @pytest.mark.usefixtures("no_mail_server")
    def test_an_unreachable_server_is_retried(self, delivery: SummaryDelivery) -> None:
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.QUEUED
        assert_row(delivery, status="queued", send_attempts=1)
        assert "Connection refused" in delivery.error

    def test_an_administrator_can_send_it_again(self, delivery: SummaryDelivery, mail_server: MailServer) -> None:
        mail_server.data = HANG_UP
        deliveries.send(delivery_id=delivery.pk, now=DUE)
        mail_server.data = "250 OK"
        friday = DUE + timedelta(days=4)
        assert deliveries.send_again(delivery_id=delivery.pk, now=friday) == Status.SENT
        assert deliveries.send_again(delivery_id=delivery.pk, now=friday) is None
        assert_row(delivery, status="sent", send_attempts=2)
        assert len({message["Message-ID"] for message in mail_server.received}) == 1


class TestFailures:
    def test_a_mail_that_cannot_be_composed_is_retried(
        self, delivery: SummaryDelivery, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Composing fails, for example because of a missing URL after an incomplete deployment."""
        settings.ROOT_URLCONF = "common.mail.inbox.urls"
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.QUEUED
        assert_row(delivery, status="queued", send_attempts=1)
        assert delivery.error.startswith("NoReverseMatch: ")
        assert "mail_not_written" in caplog.text

    def test_a_row_whose_sender_was_killed_becomes_uncertain(
        self, delivery: SummaryDelivery, interrupted: type[InterruptedBackend]
    ) -> None:
        def killed(_: Any) -> None:
            raise SystemExit

        interrupted.happening = killed
        with pytest.raises(SystemExit):
            deliveries.send(delivery_id=delivery.pk, now=DUE)
        assert_row(delivery, status="sending", send_attempts=1)
        assert delivery.message_id
        deliveries.settle(now=DUE + 14 * MINUTE)
        assert_row(delivery, status="sending", send_attempts=1)
        for minutes in range(15, 2160, 30):
            deliveries.send_due(now=DUE + minutes * MINUTE)
        assert_row(delivery, status="uncertain", send_attempts=1)
        assert delivery.finished_at == DUE + 15 * MINUTE

    def test_a_row_whose_killed_sender_had_a_clock_that_was_ahead_becomes_uncertain(
        self, delivery: SummaryDelivery
    ) -> None:
        SummaryDelivery.objects.update(status="sending", send_attempts=1, claimed_at=DUE + timedelta(days=400))
        deliveries.settle(now=DUE)
        assert_row(delivery, status="uncertain", send_attempts=1)

    def test_a_slow_sender_marks_its_uncertain_row_as_sent(
        self, delivery: SummaryDelivery, interrupted: type[InterruptedBackend]
    ) -> None:
        interrupted.happening = lambda _: deliveries.settle(now=DUE + 20 * MINUTE)
        assert deliveries.send(delivery_id=delivery.pk, now=DUE) == Status.SENT
        assert_row(delivery, status="sent", send_attempts=1)

    def test_a_slow_sender_does_not_change_a_row_that_was_claimed_again(
        self, delivery: SummaryDelivery, interrupted: type[InterruptedBackend]
    ) -> None:
        """The row became uncertain, an administrator sent it again, and that sending has not finished."""

        def overtaken(_: Any) -> None:
            SummaryDelivery.objects.update(send_attempts=2)
            raise OSError("the line broke")

        interrupted.happening = overtaken
        deliveries.send(delivery_id=delivery.pk, now=DUE)
        assert_row(delivery, status="sending", send_attempts=2)

    def test_a_summary_that_is_too_late_fails_with_a_reason(self, delivery: SummaryDelivery) -> None:
        late = DUE + timedelta(hours=36)
        assert deliveries.send(delivery_id=delivery.pk, now=late) is None
        deliveries.send_due(now=late)
        assert_row(delivery, status="failed", send_attempts=0)
        assert delivery.error == "It could not be sent in time."
        assert django_mail.outbox == []


class TestPeriodicRun:
    @pytest.fixture
    def tasks(
        self, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> list[Any]:
        """The tasks that would be enqueued: [(task name, arguments)]. The broker itself is not used."""
        enqueued: list[Any] = []
        monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: enqueued.append((task, kwargs)))
        return enqueued

    def test_a_run_enqueues_a_task_for_each_and_the_next_run_sends_unsent_ones(
        self, enrolment: Enrolment, tasks: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_due(now=DUE)
        delivery = SummaryDelivery.objects.get()
        assert tasks == [("courses.tasks.send_weekly_summaries_of", {"delivery_ids": [delivery.pk]})]
        assert_row(delivery, status="queued", send_attempts=0)
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_due(now=DUE + MINUTE)
        assert_row(delivery, status="sent", send_attempts=1)
        assert len(tasks) == 1

    @pytest.fixture
    def five_by_two(self, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
        """Five students whose summaries are due, of which two are queued together."""
        for _ in range(5):
            EnrolmentFactory(course=course)
        monkeypatch.setattr(deliveries, "BATCH", 2)

    def test_one_run_queues_all_by_pages(
        self,
        five_by_two: None,
        tasks: list[Any],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_due(now=DUE)
        assert [len(arguments["delivery_ids"]) for _task, arguments in tasks] == [2, 2, 1]
        assert SummaryDelivery.objects.filter(status="queued").count() == 5

    def test_a_run_without_time_to_queue_all_is_continued_at_once(
        self,
        five_by_two: None,
        tasks: list[Any],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_due(now=DUE, budget=0)
        assert [task for task, _arguments in tasks] == [deliveries.SEND_TASK, deliveries.RUN_TASK]
        current_app.loader.import_default_modules()
        assert deliveries.RUN_TASK in current_app.tasks

    @pytest.mark.enable_socket
    def test_what_a_slow_mail_server_leaves_no_time_for_becomes_another_task(
        self,
        enrolment: Enrolment,
        course: Course,
        mail_server: MailServer,
        tasks: list[Any],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        for _ in range(4):
            EnrolmentFactory(course=course)
        queued = deliveries.queue_due(now=DUE)
        mail_server.delay = 0.2
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_enqueued(queued, now=DUE, budget=0.1)
        sent = SummaryDelivery.objects.filter(status="sent")
        assert sent.count() == 1
        assert tasks == [(deliveries.SEND_TASK, {"delivery_ids": queued[1:]})]
        # A server that takes nothing is tried again after a pause, not at once.
        mail_server.rcpt = "451 Later"
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_enqueued(queued, now=DUE)
        assert len(tasks) == 1

    def test_the_enqueued_task_exists(self) -> None:
        current_app.loader.import_default_modules()
        assert deliveries.SEND_TASK in current_app.tasks

    def test_a_run_stops_when_its_budget_is_used_up(self, enrolment: Enrolment, course: Course) -> None:
        for _ in range(2):
            EnrolmentFactory(course=course)
        ids = deliveries.queue_due(now=DUE)
        assert deliveries.send_all(ids, now=DUE, budget=0) == []
        assert deliveries.send_all([*ids, ids[0]], now=DUE) == [Status.SENT] * 3

    def test_a_run_without_work_needs_few_queries(
        self, enrolment: Enrolment, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(4):
            deliveries.send_due(now=DUE - MINUTE)
