"""What becomes of a weekly summary that is due: sent once, never twice, never silently lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.urls import reverse

from accounts.models import User
from common.mail import sending
from courses import progress
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import deliveries
from tests.factories import EnrolmentFactory, UserFactory
from tests.smtp import HANG_UP, MailServer

Status = SummaryDelivery.Status
SEOUL = ZoneInfo("Asia/Seoul")
# A Monday: 2026-W48 begins.
MONDAY_8 = datetime(2026, 11, 23, 8, 0, tzinfo=SEOUL).astimezone(UTC)
MINUTE = timedelta(minutes=1)


def outcome(delivery: SummaryDelivery) -> tuple[str, int]:
    delivery.refresh_from_db()
    return delivery.status, delivery.send_attempts


@pytest.fixture
def delivery(enrolment: Enrolment) -> SummaryDelivery:
    """Alice's summary of 2026-W48, queued and due."""
    [pk] = deliveries.queue_due(now=MONDAY_8)
    return SummaryDelivery.objects.get(pk=pk)


class Misbehaving(BaseEmailBackend):
    """A backend on which something happens while the mail is under way."""

    happening: Any = None

    def send_messages(self, email_messages: Any) -> int:
        type(self).happening(*email_messages)
        return 1


@pytest.fixture
def misbehaving(settings) -> Iterator[type[Misbehaving]]:
    settings.EMAIL_BACKEND = f"{__name__}.Misbehaving"
    yield Misbehaving
    Misbehaving.happening = None


class TestSend:
    def test_sent(self, delivery: SummaryDelivery) -> None:
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.SENT
        assert outcome(delivery) == ("sent", 1)
        assert (delivery.claimed_at, delivery.finished_at, delivery.error) == (MONDAY_8, MONDAY_8, "")
        [message] = django_mail.outbox
        assert message.to == ["alice@example.com"]
        assert message.extra_headers["Message-ID"] == delivery.message_id == f"<weekly-{delivery.uuid}@localhost>"

    def test_a_second_bell_sends_nothing(self, delivery: SummaryDelivery) -> None:
        deliveries.send(delivery_id=delivery.pk, now=MONDAY_8)
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8 + MINUTE) is None
        assert deliveries.send(delivery_id=404, now=MONDAY_8) is None
        assert len(django_mail.outbox) == 1

    @pytest.mark.django_db(transaction=True)
    def test_the_claim_is_committed_before_the_mail_leaves(
        self, delivery: SummaryDelivery, misbehaving: type[Misbehaving]
    ) -> None:
        seen = []

        def look(message: Any) -> None:
            assert not connection.in_atomic_block
            row = SummaryDelivery.objects.get()
            seen.append((row.status, row.claimed_at, row.message_id == message.extra_headers["Message-ID"]))

        misbehaving.happening = look
        deliveries.send(delivery_id=delivery.pk, now=MONDAY_8)
        assert seen == [("sending", MONDAY_8, True)]

    def test_who_was_faster_sends(self, delivery: SummaryDelivery, misbehaving: type[Misbehaving]) -> None:
        """The second sender comes while the first speaks to the mail server."""
        others = []
        misbehaving.happening = lambda _: others.append(deliveries.send(delivery_id=delivery.pk, now=MONDAY_8))
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.SENT
        assert others == [None]

    def test_whoever_read_the_row_too_early_loses(
        self, delivery: SummaryDelivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Between reading and claiming, another sender was there and put the row back: the token differs."""
        message_id = sending.message_id

        def meanwhile(name: str) -> str:
            SummaryDelivery.objects.update(send_attempts=1, claimed_at=MONDAY_8 - timedelta(hours=2))
            return message_id(name)

        monkeypatch.setattr(sending, "message_id", meanwhile)
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) is None
        assert outcome(delivery) == ("queued", 1)
        assert django_mail.outbox == []

    @pytest.mark.parametrize(
        "change",
        [
            lambda user: User.objects.update(wants_weekly_summary=False),
            lambda user: User.objects.update(is_active=False),
            lambda user: Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN),
            lambda user: Course.objects.update(is_published=False),
            lambda user: Course.objects.get().activities.update(archived_at=MONDAY_8),
        ],
        ids=["unsubscribed", "deactivated", "withdrawn", "unpublished", "empty"],
    )
    def test_what_is_true_at_that_moment_counts(self, delivery: SummaryDelivery, change: Any) -> None:
        change(delivery.user)
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.SKIPPED
        assert outcome(delivery) == ("skipped", 1)
        assert delivery.finished_at == MONDAY_8
        assert django_mail.outbox == []

    def test_a_finished_course_falls_silent(self, enrolment: Enrolment, course: Course) -> None:
        for activity in course.activities.all():
            progress.mark_done(enrolment=enrolment, activity=activity, now=MONDAY_8 - timedelta(days=1))
        told = []
        for week in range(3):
            now = MONDAY_8 + timedelta(days=7 * week)
            [pk] = deliveries.queue_due(now=now)
            told.append(deliveries.send(delivery_id=pk, now=now))
        assert told == [Status.SENT, Status.SKIPPED, Status.SKIPPED]
        assert django_mail.outbox[0].subject == "You have finished “Statistics”"

    def test_nothing_falls_between_two_mails(self, enrolment: Enrolment, course: Course) -> None:
        """What is done from the minute at which last week's was due is told, though that one went out later."""
        first, second = course.activities.filter(kind="lesson")
        progress.mark_done(enrolment=enrolment, activity=first, now=MONDAY_8 - timedelta(days=7))
        progress.mark_done(enrolment=enrolment, activity=second, now=MONDAY_8 - timedelta(days=7, seconds=1))
        [pk] = deliveries.queue_due(now=MONDAY_8 + timedelta(hours=30))
        deliveries.send(delivery_id=pk, now=MONDAY_8 + timedelta(hours=30))
        assert "1 lesson done" in django_mail.outbox[0].body
        assert "Activity lesson-1, " in django_mail.outbox[0].body

    def test_the_week_before_is_measured_on_the_readers_clock(self, course: Course) -> None:
        """Over the end of summer time a week has 169 hours."""
        enrolment = EnrolmentFactory(course=course, user=UserFactory(time_zone="Europe/Berlin"))
        now = datetime(2026, 10, 26, 7, 0, tzinfo=UTC)
        lesson = course.activities.get(slug="lesson-1")
        progress.mark_done(enrolment=enrolment, activity=lesson, now=now - timedelta(hours=169))
        [pk] = deliveries.queue_due(now=now)
        deliveries.send(delivery_id=pk, now=now)
        assert "Oct. 19, 2026" in django_mail.outbox[0].body
        assert "Activity lesson-1, October 19 8 a.m." in django_mail.outbox[0].body


@pytest.mark.enable_socket
class TestAgainstAMailServer:
    def test_not_now_means_later_with_growing_pauses_and_an_end(
        self, delivery: SummaryDelivery, mail_server: MailServer
    ) -> None:
        mail_server.rcpt = "451 Busy"
        expected = [0, 1, 6, 21, 81, 261, 621, 1341]
        tries = {
            at: deliveries.send(delivery_id=delivery.pk, now=MONDAY_8 + at * MINUTE)
            for at in sorted({at for good in expected for at in (good - 0.5, good, good + 0.5) if at >= 0})
        }
        assert [at for at, status in tries.items() if status] == expected
        assert list(filter(None, tries.values())) == [Status.QUEUED] * 7 + [Status.FAILED]
        assert outcome(delivery) == ("failed", 8)
        assert "451" in delivery.error
        assert mail_server.received == []

    def test_the_second_try_arrives_under_the_same_id(self, delivery: SummaryDelivery, mail_server: MailServer) -> None:
        mail_server.data = "451 Busy"
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.QUEUED
        assert deliveries.ready(now=MONDAY_8 + MINUTE / 2) == []
        mail_server.data = "250 OK"
        assert deliveries.ready(now=MONDAY_8 + MINUTE) == [delivery.pk]
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8 + MINUTE) == Status.SENT
        assert outcome(delivery) == ("sent", 2)
        assert delivery.error == ""
        assert {message["Message-ID"] for message in mail_server.received} == {delivery.message_id}

    def test_no_means_never(self, delivery: SummaryDelivery, mail_server: MailServer) -> None:
        mail_server.rcpt = "550 No such mailbox"
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.FAILED
        assert outcome(delivery) == ("failed", 1)
        assert "No such mailbox" in delivery.error
        assert deliveries.ready(now=MONDAY_8 + timedelta(hours=1)) == []

    def test_hanging_up_after_the_text_is_for_a_person_to_look_at(
        self, delivery: SummaryDelivery, mail_server: MailServer
    ) -> None:
        mail_server.data = HANG_UP
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.UNCERTAIN
        mail_server.data = "250 OK"
        for minutes in range(0, 2160, 30):
            deliveries.send_due(now=MONDAY_8 + minutes * MINUTE)
        assert outcome(delivery) == ("uncertain", 1)
        assert len(mail_server.received) == 1

    @pytest.mark.usefixtures("no_mail_server")
    def test_a_server_that_is_down_means_later(self, delivery: SummaryDelivery) -> None:
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.QUEUED
        assert outcome(delivery) == ("queued", 1)
        assert "Connection refused" in delivery.error

    def test_a_person_may_send_it_again(self, delivery: SummaryDelivery, mail_server: MailServer) -> None:
        mail_server.data = HANG_UP
        deliveries.send(delivery_id=delivery.pk, now=MONDAY_8)
        mail_server.data = "250 OK"
        friday = MONDAY_8 + timedelta(days=4)
        assert deliveries.send_again(delivery_id=delivery.pk, now=friday) == Status.SENT
        assert deliveries.send_again(delivery_id=delivery.pk, now=friday) is None
        assert outcome(delivery) == ("sent", 2)
        assert len({message["Message-ID"] for message in mail_server.received}) == 1


class TestWhatGoesWrong:
    def test_a_mail_that_cannot_be_written_is_tried_again(
        self, delivery: SummaryDelivery, settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A page's address is missing, say after half a deployment."""
        settings.ROOT_URLCONF = "common.mail.inbox.urls"
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.QUEUED
        assert outcome(delivery) == ("queued", 1)
        assert delivery.error.startswith("NoReverseMatch: ")
        assert "mail_not_written" in caplog.text

    def test_a_sender_that_is_killed_leaves_a_row_to_look_at(
        self, delivery: SummaryDelivery, misbehaving: type[Misbehaving]
    ) -> None:
        def killed(_: Any) -> None:
            raise SystemExit

        misbehaving.happening = killed
        with pytest.raises(SystemExit):
            deliveries.send(delivery_id=delivery.pk, now=MONDAY_8)
        assert outcome(delivery) == ("sending", 1)
        assert delivery.message_id
        deliveries.settle(now=MONDAY_8 + 14 * MINUTE)
        assert outcome(delivery) == ("sending", 1)
        for minutes in range(15, 2160, 30):
            deliveries.send_due(now=MONDAY_8 + minutes * MINUTE)
        assert outcome(delivery) == ("uncertain", 1)
        assert delivery.finished_at == MONDAY_8 + 15 * MINUTE

    def test_a_slow_sender_knows_better_than_the_clock(
        self, delivery: SummaryDelivery, misbehaving: type[Misbehaving]
    ) -> None:
        misbehaving.happening = lambda _: deliveries.settle(now=MONDAY_8 + 20 * MINUTE)
        assert deliveries.send(delivery_id=delivery.pk, now=MONDAY_8) == Status.SENT
        assert outcome(delivery) == ("sent", 1)

    def test_a_slow_sender_does_not_speak_for_its_successor(
        self, delivery: SummaryDelivery, misbehaving: type[Misbehaving]
    ) -> None:
        """It was called uncertain, a person has sent it again, and that try is under way."""

        def overtaken(_: Any) -> None:
            SummaryDelivery.objects.update(send_attempts=2)
            raise OSError("the line broke")

        misbehaving.happening = overtaken
        deliveries.send(delivery_id=delivery.pk, now=MONDAY_8)
        assert outcome(delivery) == ("sending", 2)

    def test_what_is_too_late_is_given_up_and_said(self, delivery: SummaryDelivery) -> None:
        late = MONDAY_8 + timedelta(hours=36)
        assert (
            deliveries.send(delivery_id=delivery.pk, now=late) is None
        )  # a bell that rang in vain for a day and a half
        deliveries.send_due(now=late)
        assert outcome(delivery) == ("failed", 0)
        assert delivery.error == "It could not be sent in time."
        assert django_mail.outbox == []


class TestWakeUp:
    @pytest.fixture
    def bells(self, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks) -> list[Any]:
        """What would have been published: the broker is another test's."""
        rung: list[Any] = []
        monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: rung.append((task, kwargs)))
        return rung

    def test_rings_for_each_and_sends_at_the_next_one_what_nobody_sent(
        self, enrolment: Enrolment, bells: list[Any], django_capture_on_commit_callbacks
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_due(now=MONDAY_8)
        delivery = SummaryDelivery.objects.get()
        assert bells == [("courses.tasks.send_weekly_summary", {"delivery_id": delivery.pk})]
        assert outcome(delivery) == ("queued", 0)
        with django_capture_on_commit_callbacks(execute=True):
            deliveries.send_due(now=MONDAY_8 + MINUTE)
        assert outcome(delivery) == ("sent", 1)
        assert len(bells) == 1

    def test_the_task_that_the_bell_names_exists(self) -> None:
        current_app.loader.import_default_modules()
        assert deliveries.SEND_TASK in current_app.tasks

    def test_it_stops_when_its_time_is_used_up(self, enrolment: Enrolment, course: Course) -> None:
        for _ in range(2):
            EnrolmentFactory(course=course)
        ids = deliveries.queue_due(now=MONDAY_8)
        assert deliveries.send_all(ids, now=MONDAY_8, budget=0) == []
        assert deliveries.send_all([*ids, ids[0]], now=MONDAY_8) == [Status.SENT] * 3

    def test_an_idle_wake_up_is_cheap(self, enrolment: Enrolment, django_assert_num_queries) -> None:
        with django_assert_num_queries(4):
            deliveries.send_due(now=MONDAY_8 - MINUTE)


class TestByHand:
    def test_the_weeks_own_goes_through_its_row(self, enrolment: Enrolment) -> None:
        assert deliveries.send_now(user=enrolment.user, now=MONDAY_8) == (Status.SENT, True)
        assert SummaryDelivery.objects.get().status == "sent"
        assert deliveries.queue_due(now=MONDAY_8) == []

    def test_after_that_it_is_a_copy_that_leaves_no_trace(self, delivery: SummaryDelivery) -> None:
        for now in (MONDAY_8, MONDAY_8 + MINUTE, MONDAY_8 + timedelta(days=3)):
            deliveries.send_now(user=delivery.user, now=now)
        assert outcome(delivery) == ("sent", 1)
        assert SummaryDelivery.objects.count() == 1
        ids = [message.extra_headers["Message-ID"] for message in django_mail.outbox]
        assert len(set(ids)) == 3
        assert delivery.message_id == ids[0]

    def test_a_copy_tells_the_seven_days_before_it(self, enrolment: Enrolment, course: Course) -> None:
        thursday = MONDAY_8 + timedelta(days=3)
        lesson = course.activities.get(slug="lesson-1")
        progress.mark_done(enrolment=enrolment, activity=lesson, now=thursday - timedelta(days=7))
        assert deliveries.send_now(user=enrolment.user, now=thursday) == (Status.SENT, False)
        assert "1 lesson done" in django_mail.outbox[0].body

    def test_nothing_to_say(self, bob: User) -> None:
        assert deliveries.send_now(user=bob, now=MONDAY_8 - MINUTE) == (Status.SKIPPED, False)
        assert django_mail.outbox == []

    def test_who_does_not_want_it_gets_no_row(self, enrolment: Enrolment) -> None:
        deliveries.subscribe(user=enrolment.user, wanted=False)
        enrolment.user.refresh_from_db()
        assert deliveries.send_now(user=enrolment.user, now=MONDAY_8) == (Status.SENT, False)
        assert not SummaryDelivery.objects.exists()


class TestToken:
    def test_leads_back_to_its_reader(self, alice: User, bob: User) -> None:
        for user in (alice, bob):
            assert deliveries.find_user_by_token(deliveries.unsubscribe_token(user)) == user

    @pytest.mark.parametrize(
        "spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.partition(":")[0], lambda t: ""]
    )
    def test_forged(self, alice: User, spoil: Any) -> None:
        assert deliveries.find_user_by_token(spoil(deliveries.unsubscribe_token(alice))) is None

    def test_one_persons_signature_does_not_fit_another(self, alice: User, bob: User) -> None:
        signature = deliveries.unsubscribe_token(alice).partition(":")[2]
        assert deliveries.find_user_by_token(f"{bob.uuid}:{signature}") is None

    def test_of_an_account_that_is_gone(self, alice: User) -> None:
        token = deliveries.unsubscribe_token(alice)
        alice.delete()
        assert deliveries.find_user_by_token(token) is None

    def test_the_address_is_the_sites_public_one(self, alice: User, settings) -> None:
        settings.BAEUM_URL = "https://learn.example.com"
        token = deliveries.unsubscribe_token(alice)
        path = reverse("courses:summary-unsubscribe", args=[token])
        assert deliveries.unsubscribe_url(alice) == f"https://learn.example.com{path}"
        assert sending.absolute(path) == deliveries.unsubscribe_url(alice)
