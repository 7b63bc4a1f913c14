"""The steps of a mailing: its dry run, its mails, cancelled in the middle, lost, given up, pressed twice."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from courses.models import Course, SummaryDelivery
from mails.models import KEPT, WAITS, Mailing
from mails.sending_now import findings, jobs
from tests.factories import EnrolmentFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 10, 0, tzinfo=ZoneInfo("Asia/Seoul")).astimezone(UTC)


@pytest.fixture
def class_of_five(course: Course) -> Course:
    """Three who get the mail, one who has switched it off, one whose address sent a mail back."""
    for _ in range(3):
        EnrolmentFactory(course=course)
    EnrolmentFactory(course=course, user__wants_weekly_summary=False)
    EnrolmentFactory(course=course, user__email="gone@example.com", user__bounced_address="gone@example.com")
    return course


def ask(course: Course, ines: User, *enrolments: int) -> Mailing:
    return jobs.request(course=course, enrolments=enrolments, actor=ines, now=NOW)


def run(mailing: Mailing, **options: Any) -> Mailing:
    jobs.run(mailing_id=mailing.pk, now=NOW, **options)
    mailing.refresh_from_db()
    return mailing


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {code: findings.count(found, code) for code in found}


def test_a_dry_run_counts_everybody_and_sends_nothing(class_of_five: Course, ines: User) -> None:
    planned = run(ask(class_of_five, ines))
    assert (planned.status, planned.done, planned.total) == ("planned", 5, 5)
    assert counts(planned.plan) == {"goes": 3, "off": 1, "bounced": 1}
    assert django_mail.outbox == []
    assert not SummaryDelivery.objects.exists()


def test_confirmed_twice_it_sends_once(class_of_five: Course, ines: User) -> None:
    planned = run(ask(class_of_five, ines))
    assert jobs.confirm(planned, now=NOW)
    assert not jobs.confirm(planned, now=NOW)
    for _ in range(2):
        sent = run(planned)
        assert (sent.status, sent.done) == ("done", 5)
        assert counts(sent.outcome) == {"goes": 3, "off": 1, "bounced": 1}
    assert not jobs.confirm(sent, now=NOW)
    assert len(django_mail.outbox) == 3


def test_two_mailings_send_nobody_two(class_of_five: Course, ines: User) -> None:
    first, second = (run(ask(class_of_five, ines)) for _ in range(2))
    for mailing in (first, second):
        jobs.confirm(mailing, now=NOW)
    run(first)
    assert counts(run(second).outcome) == {"sent": 3, "off": 1, "bounced": 1}
    assert len(django_mail.outbox) == len({message.to[0] for message in django_mail.outbox}) == 3


def test_only_those_who_are_named_get_it(class_of_five: Course, ines: User) -> None:
    named = class_of_five.enrolments.earliest("pk")
    elsewhere = EnrolmentFactory()
    mailing = run(ask(class_of_five, ines, named.pk, elsewhere.pk))
    jobs.confirm(mailing, now=NOW)
    assert run(mailing).total == 1
    assert [message.to for message in django_mail.outbox] == [[named.user.email]]
    # Who has left by then gets none, and nobody else does.
    class_of_five.enrolments.update(status="withdrawn")
    assert counts(run(ask(class_of_five, ines, named.pk)).plan) == {}


def test_a_worker_stops_when_its_time_is_over_and_the_next_one_goes_on(
    class_of_five: Course,
    ines: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(jobs, "SENT_TOGETHER", 2)
    mailing = run(ask(class_of_five, ines))
    jobs.confirm(mailing, now=NOW)
    now = iter([0.0, 1.0, 100.0])
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks() as enqueued:
        patch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: next(now)))
        assert run(mailing, budget=10).status == "sending"
    assert (mailing.done, len(django_mail.outbox), len(enqueued)) == (2, 2, 1)
    assert run(mailing).status == "done"
    assert counts(mailing.outcome) == {"goes": 3, "off": 1, "bounced": 1}


class Cancelling(BaseEmailBackend):
    """A mail backend during whose first mail somebody cancels the mailing."""

    def send_messages(self, email_messages: Any) -> int:
        jobs.cancel(Mailing.objects.get())
        django_mail.outbox.extend(email_messages)
        return len(email_messages)


@pytest.fixture
def _cancelled_meanwhile(settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Cancelling"


@pytest.mark.usefixtures("_cancelled_meanwhile")
def test_a_cancelled_mailing_stops_and_says_what_was_sent(
    class_of_five: Course, ines: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SENT_TOGETHER", 2)
    mailing = run(ask(class_of_five, ines))
    jobs.confirm(mailing, now=NOW)
    assert run(mailing).status == "cancelled"
    assert (counts(mailing.outcome), mailing.done, len(django_mail.outbox)) == ({"goes": 2}, 2, 2)
    assert SummaryDelivery.objects.count() == 2
    assert not jobs.cancel(mailing)


def test_it_is_cancelled_before_it_has_begun(class_of_five: Course, ines: User) -> None:
    mailing = ask(class_of_five, ines)
    assert jobs.cancel(mailing)
    assert counts(run(mailing).plan) == {}
    assert not jobs.confirm(mailing, now=NOW)


def test_a_lost_mailing_is_enqueued_again_and_given_up_after_three_claims(
    class_of_five: Course, ines: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mailing = ask(class_of_five, ines)
    with django_capture_on_commit_callbacks() as enqueued:
        jobs.sweep(now=NOW + timedelta(minutes=1))
    assert len(enqueued) == 1
    Mailing.objects.update(claims=Mailing.objects.all().most_claims, lease_until=NOW)
    jobs.sweep(now=NOW + timedelta(minutes=1))
    mailing.refresh_from_db()
    assert mailing.status == "failed"


def test_a_dry_run_that_nobody_confirms_ends_and_is_deleted(class_of_five: Course, ines: User) -> None:
    mailing = run(ask(class_of_five, ines))
    jobs.sweep(now=NOW + WAITS)
    mailing.refresh_from_db()
    assert mailing.status == "cancelled"
    jobs.sweep(now=NOW + KEPT)
    assert not Mailing.objects.exists()


def test_of_a_large_group_the_first_are_named() -> None:
    found: dict[str, Any] = {}
    findings.add(found, [(pk, "off") for pk in range(findings.NAMED + 2)])
    assert findings.count(found, "off") == findings.NAMED + 2
    assert found["off"]["first"] == list(range(findings.NAMED))
