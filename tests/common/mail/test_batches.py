"""Many mails with one claim: the same statements for twenty and two hundred, and at most one uncertain mail for a dead sender."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from common.mail import batches, journal, outbox, sending
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import deliveries
from tests.factories import EnrolmentFactory, UserFactory

# A Monday at 8:30 in Seoul.
DUE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Status = SummaryDelivery.Status


class Dies(BaseEmailBackend):
    """A mail server during whose second mail the sender dies. Python must not clean up after it."""

    handed_over = True
    sent = 0

    def send_messages(self, email_messages: Any) -> int:
        Dies.sent += 1
        if Dies.sent == 2:
            raise Died
        return 1


class Died(BaseException):
    """Stands for kill -9."""


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.MAIL_JOURNALS = tmp_path / "journals"
    return tmp_path / "journals"


@pytest.fixture
def queued(enrolment: Enrolment, course: Course) -> list[int]:
    """Rows of four students."""
    for _ in range(3):
        EnrolmentFactory(course=course)
    return deliveries.queue_due(now=DUE)


@pytest.fixture
def dead(queued: list[int], settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows whose sender died during the second mail: nothing of what it does at the end of a batch has happened."""
    settings.EMAIL_BACKEND = f"{__name__}.Dies"
    Dies.sent = 0
    with monkeypatch.context() as patch:
        patch.setattr(batches.Batch, "end", lambda self: None)
        with pytest.raises(Died):
            deliveries.send_all(queued, now=DUE)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return queued


def statuses() -> list[tuple[str, int]]:
    return list(SummaryDelivery.objects.order_by("pk").values_list("status", "send_attempts"))


@pytest.mark.parametrize("reason", ["sent", "skipped"])
def test_a_batch_takes_the_same_statements_for_any_number_of_mails(
    course: Course, settings: Settings, reason: str
) -> None:
    counts = []
    for number in (20, 200):
        users = User.objects.bulk_create(
            User(email=f"{number}-{each}@example.com", password="!", language="ko" if each % 2 else "en")
            for each in range(number)
        )
        Enrolment.objects.bulk_create(Enrolment(user=user, course=course) for user in users)
        ids = deliveries.queue_due(now=DUE)
        assert len(ids) == number
        if reason == "skipped":
            User.objects.update(wants_weekly_summary=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(deliveries, "TOGETHER", 200)
            deliveries.send_all(ids[:1], now=DUE)
            with CaptureQueriesContext(connection) as queries:
                assert deliveries.send_all(ids[1:], now=DUE) == [reason] * (number - 1)
        counts.append(len(queries))
        User.objects.update(wants_weekly_summary=True)
    assert counts[0] == counts[1]


def test_refusals_with_texts_of_their_own_are_noted_in_one_statement(
    queued: list[int], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter(["451 first", "451 second", "451 third", "451 fourth"])

    def refuse(_: object) -> None:
        raise sending.Deferred(next(texts))

    monkeypatch.setattr(sending, "deliver", refuse)
    with CaptureQueriesContext(connection) as queries:
        deliveries.send_all(queued, now=DUE)
    errors = [each["sql"] for each in queries if "451" in each["sql"] and each["sql"].startswith("UPDATE")]
    assert len(errors) == 1
    said = SummaryDelivery.objects.order_by("pk").values_list("error", flat=True)
    assert list(said) == ["451 first", "451 second", "451 third", "451 fourth"]


class TestDeadSender:
    def test_only_the_mail_in_its_hand_is_uncertain_and_the_others_are_sent(self, dead: list[int], home: Path) -> None:
        assert statuses() == [("sending", 1)] * 4
        deliveries.settle(now=DUE + MINUTE)
        assert statuses() == [("sent", 1), ("sending", 1), ("queued", 0), ("queued", 0)]
        assert deliveries.ready(now=DUE + MINUTE) == dead[2:]
        assert list(home.iterdir()) == []
        deliveries.send_all(dead, now=DUE + MINUTE)
        deliveries.settle(now=DUE + MINUTE + outbox.STALE)
        assert statuses() == [("sent", 1), ("uncertain", 1), ("sent", 1), ("sent", 1)]
        assert len(django_mail.outbox) == 2

    def test_nobody_takes_the_rows_of_a_living_one(self, queued: list[int], settings: Settings) -> None:
        waiting = SummaryDelivery.objects.filter(pk__in=queued).order_by("pk")
        with batches.claimed(waiting, name="weekly", now=DUE, choose=list):
            deliveries.settle(now=DUE + MINUTE)
            assert statuses() == [("sending", 1)] * 4
        assert statuses() == [("queued", 0)] * 4

    def test_after_another_start_of_the_machine_nothing_is_known(
        self, dead: list[int], home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Lines may have been lost in a power cut."""
        boot = tmp_path / "boot"
        boot.write_text("another")
        monkeypatch.setattr(journal, "_BOOT", boot)
        deliveries.settle(now=DUE + MINUTE)
        assert statuses() == [("sending", 1)] * 4
        deliveries.settle(now=DUE + outbox.STALE)
        assert statuses() == [("uncertain", 1)] * 4
        assert list(home.iterdir()) == []

    def test_a_damaged_journal_says_nothing(self, dead: list[int], home: Path) -> None:
        [path] = home.iterdir()
        path.write_text(path.read_text()[:-3])
        deliveries.settle(now=DUE + MINUTE)
        assert statuses() == [("sending", 1)] * 4

    def test_a_journal_of_another_claim_releases_nothing(self, dead: list[int]) -> None:
        """A person has sent the mails again meanwhile, and that sender is at work."""
        SummaryDelivery.objects.update(claimed_at=DUE + MINUTE)
        deliveries.settle(now=DUE + MINUTE)
        assert statuses() == [("sent", 1), *[("sending", 1)] * 3]


class TestRelease:
    def test_a_batch_that_has_no_time_left_leaves_its_rows_as_they_were(self, queued: list[int]) -> None:
        before = DUE - timedelta(hours=1)
        SummaryDelivery.objects.filter(pk=queued[1]).update(send_attempts=2, claimed_at=before)
        waiting = SummaryDelivery.objects.filter(pk__in=queued).order_by("pk")
        with batches.claimed(waiting, name="weekly", now=DUE, choose=list) as batch:
            batch.send_all(lambda row: None, budget=0)
        assert statuses() == [("queued", 0), ("queued", 2), ("queued", 0), ("queued", 0)]
        assert SummaryDelivery.objects.get(pk=queued[1]).claimed_at == before

    def test_a_failure_between_two_mails_keeps_what_is_known(
        self, queued: list[int], settings: Settings, home: Path
    ) -> None:
        settings.EMAIL_BACKEND = f"{__name__}.Dies"
        Dies.sent = 0
        with pytest.raises(Died):
            deliveries.send_all(queued, now=DUE)
        assert statuses() == [("sent", 1), ("sending", 1), ("queued", 0), ("queued", 0)]
        assert list(home.iterdir()) == []

    def test_no_mail_is_begun_without_a_journal(self, queued: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        def full(self: journal.Journal, pk: int) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(journal.Journal, "begun", full)
        assert deliveries.send_all(queued, now=DUE) == [Status.QUEUED] * 4
        assert django_mail.outbox == []
        assert "No space" in SummaryDelivery.objects.order_by("pk")[0].error


def test_a_row_that_another_sender_has_claimed_and_released_since_it_was_read_is_not_claimed(queued: list[int]) -> None:
    """The number of attempts says so, although the status is the same."""
    row = SummaryDelivery.objects.get(pk=queued[0])
    SummaryDelivery.objects.update(send_attempts=1, claimed_at=DUE - timedelta(hours=2))
    assert not outbox.claim_row(row, name="weekly", now=DUE)
    row.refresh_from_db()
    assert outbox.claim_row(row, name="weekly", now=DUE)


def test_who_is_asked_whether_to_go_on_is_noted_for_all_at_once(course: Course) -> None:
    long_ago = DUE - timedelta(days=30)
    for _ in range(3):
        enrolment = EnrolmentFactory(course=course, user=UserFactory())
        Enrolment.objects.filter(pk=enrolment.pk).update(last_seen_at=long_ago)
    deliveries.send_all(deliveries.queue_due(now=DUE), now=DUE)
    assert set(SummaryDelivery.objects.values_list("edition", flat=True)) == {"go_on"}
