"""Mails of messages: each once, bundled, not at night, not to people who are gone or do not want them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings

from accounts.messages import sending, switches, tasks
from accounts.messages.quiet_hours import quiet_until
from accounts.models import Message, User
from common.mail import outbox
from common.messages.kinds import KINDS
from common.queue import publishing
from courses.models import Course, Enrolment
from tests.accounts.messages.kinds import CourseNews
from tests.factories import CourseFactory, EnrolmentFactory
from tests.smtp import HANG_UP, MailServer

pytestmark = pytest.mark.django_db
# Alice's clock is that of Seoul, nine hours ahead.
NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DUE = NOON + 10 * MINUTE
Status = Message.Status


def tell(enrolment: Enrolment, *, now: datetime = NOON, kind: str = "course-news") -> Message:
    sending.notify(kind, about=enrolment.course, now=now)
    return Message.objects.get(user=enrolment.user, kind=kind, about=str(enrolment.course.pk))


def tell_of_another_course(user: User, *, now: datetime) -> Message:
    return tell(EnrolmentFactory(user=user, course=CourseFactory()), now=now)


def statuses() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


# --- Once ---


def test_a_message_is_written_once_and_its_mail_is_sent_once(news: CourseNews, enrolment: Enrolment) -> None:
    message = tell(enrolment)
    assert tell(enrolment, now=DUE) == message
    assert sending.send(message_id=message.pk, now=DUE) == Status.SENT
    assert sending.send(message_id=message.pk, now=DUE) is None
    assert sending.send_waiting(now=DUE + MINUTE) == 0
    [mail] = django_mail.outbox
    assert mail.to == ["alice@example.com"]
    assert mail.extra_headers["Message-ID"] == f"<message-{message.uuid}@localhost>"
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_kind_that_is_not_bundled_is_sent_by_a_task_at_once(
    news: CourseNews, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueued: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(publishing, "enqueue_on_commit", lambda task, **kwargs: enqueued.append((task, kwargs)))
    message = tell(enrolment, kind="course-alarm")
    assert enqueued == [(tasks.send_message.name, {"message_id": message.pk})]
    assert tasks.send_message.name == sending.SEND_TASK
    tasks.send_message(message_id=message.pk)
    tasks.send_messages()
    [mail] = django_mail.outbox
    assert "List-Unsubscribe" not in mail.extra_headers


class Killed(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise SystemExit


@pytest.fixture
def killed() -> Iterator[None]:
    with override_settings(EMAIL_BACKEND=f"{__name__}.Killed"):
        yield


def test_a_mail_whose_sender_was_killed_is_uncertain_until_a_person_sends_it_again(
    news: CourseNews, enrolment: Enrolment, killed: None
) -> None:
    tell(enrolment)
    tell_of_another_course(enrolment.user, now=NOON)
    with pytest.raises(SystemExit):
        sending.send_waiting(now=DUE)
    assert statuses() == ["sending", "sending"]
    later = DUE + outbox.STALE
    assert sending.send_waiting(now=later) == 0
    assert statuses() == ["uncertain", "uncertain"]
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        assert sending.send_waiting(now=later + timedelta(hours=12)) == 0
        first = Message.objects.earliest("pk")
        assert sending.send_again(message_id=first.pk, now=later) == Status.SENT
        assert sending.send_again(message_id=first.pk, now=later) is None
    assert statuses() == ["sent", "uncertain"]
    assert len(django_mail.outbox) == 1


@pytest.mark.enable_socket
def test_a_mail_that_was_not_sent_is_retried_and_one_that_may_have_been_is_not(
    news: CourseNews, enrolment: Enrolment, mail_server: MailServer
) -> None:
    message = tell(enrolment)
    mail_server.rcpt = "451 Busy"
    assert sending.send(message_id=message.pk, now=DUE) == Status.QUEUED
    assert sending.send(message_id=message.pk, now=DUE + MINUTE / 2) is None
    mail_server.rcpt, mail_server.data = "250 OK", HANG_UP
    assert sending.send(message_id=message.pk, now=DUE + MINUTE) == Status.UNCERTAIN
    assert sending.send_waiting(now=DUE + timedelta(hours=3)) == 0


# --- Bundling ---


def test_messages_of_ten_minutes_are_one_mail(news: CourseNews, enrolment: Enrolment, course: Course) -> None:
    bob = EnrolmentFactory(course=course).user
    tell(enrolment)
    tell_of_another_course(enrolment.user, now=NOON + 9 * MINUTE)
    assert sending.send_waiting(now=DUE - MINUTE) == 0
    sending.send_waiting(now=DUE)
    assert statuses() == ["sent", "sent", "sent"]
    mails = {mail.to[0]: mail for mail in django_mail.outbox}
    assert set(mails) == {"alice@example.com", bob.email}
    assert len(django_mail.outbox) == 2
    assert mails["alice@example.com"].subject == "2 new students"
    assert "news of Statistics" in mails["alice@example.com"].body
    assert len(set(Message.objects.filter(user=enrolment.user).values_list("message_id", flat=True))) == 1
    late = tell_of_another_course(enrolment.user, now=DUE + MINUTE)
    assert sending.send(message_id=late.pk, now=DUE + 11 * MINUTE) == Status.SENT
    assert django_mail.outbox[-1].subject == "1 new student"


def test_other_kinds_have_a_mail_of_their_own(news: CourseNews, enrolment: Enrolment) -> None:
    tell(enrolment)
    tell(enrolment, kind="course-alarm")
    assert sending.send_waiting(now=DUE) == 2
    assert len(django_mail.outbox) == 2


def test_what_the_person_may_no_longer_see_is_left_out_of_the_mail(news: CourseNews, enrolment: Enrolment) -> None:
    tell(enrolment)
    tell_of_another_course(enrolment.user, now=NOON)
    enrolment.delete()
    sending.send_waiting(now=DUE)
    assert statuses() == ["skipped", "sent"]
    [mail] = django_mail.outbox
    assert "Statistics" not in mail.body
    assert "may no longer see" in Message.objects.earliest("pk").error


# --- Quiet hours ---


@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("2026-03-02T20:59", None),
        ("2026-03-02T21:00", "2026-03-03T08:00"),
        ("2026-03-03T00:00", "2026-03-03T08:00"),
        ("2026-03-03T07:59", "2026-03-03T08:00"),
        ("2026-03-03T08:00", None),
        # The night in which clocks go forward is an hour shorter.
        ("2026-03-07T23:00", "2026-03-08T08:00"),
    ],
)
@pytest.mark.parametrize("zone", [ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")], ids=str)
def test_quiet_hours_are_those_of_the_readers_clock(local: str, until: str | None, zone: ZoneInfo) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)
    expected = until and datetime.fromisoformat(until).replace(tzinfo=zone)
    assert quiet_until(now, zone) == expected


def test_a_mail_waits_until_the_morning_and_the_bell_does_not(news: CourseNews, enrolment: Enrolment) -> None:
    night = datetime(2026, 3, 2, 12, 55, tzinfo=UTC)  # 21:55
    tell(enrolment, now=night)
    assert enrolment.user.unread_count == 1
    assert sending.send_waiting(now=night + 10 * MINUTE) == 0
    tell_of_another_course(enrolment.user, now=night + timedelta(hours=5))
    assert sending.send_waiting(now=night + timedelta(hours=6)) == 0
    morning = datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert sending.send_waiting(now=morning - MINUTE) == 0
    sending.send_waiting(now=morning)
    assert statuses() == ["sent", "sent"]
    [mail] = django_mail.outbox
    assert mail.extra_headers["Date"] == "Tue, 03 Mar 2026 08:00:00 +0900"


def test_an_essential_mail_does_not_wait_for_the_morning(news: CourseNews, enrolment: Enrolment) -> None:
    night = datetime(2026, 3, 2, 18, tzinfo=UTC)
    message = tell(enrolment, kind="course-alarm", now=night)
    assert sending.send(message_id=message.pk, now=night) == Status.SENT


# --- People and kinds that are gone ---


@pytest.mark.parametrize(
    "change",
    [
        lambda user, kind: User.objects.update(is_active=False),
        lambda user, kind: switches.switch(user, kind, is_on=False),
        lambda user, kind: Enrolment.objects.all().delete(),
    ],
    ids=["closed account", "switched off", "left the course"],
)
def test_nothing_is_sent_to_somebody_who_should_not_get_it(
    news: CourseNews, enrolment: Enrolment, change: Callable[[User, CourseNews], object]
) -> None:
    message = tell(enrolment)
    change(enrolment.user, news)
    assert sending.send(message_id=message.pk, now=DUE) == Status.SKIPPED
    assert django_mail.outbox == []


def test_nothing_is_sent_to_somebody_who_is_deleted_after_the_claim(
    news: CourseNews, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = tell(enrolment)
    claim = outbox.claim_others

    def delete_and_claim(*args: Any, **kwargs: Any) -> Any:
        User.objects.get(pk=enrolment.user_id).delete()
        return claim(*args, **kwargs)

    monkeypatch.setattr(outbox, "claim_others", delete_and_claim)
    assert sending.send(message_id=message.pk, now=DUE) == Status.SKIPPED
    assert django_mail.outbox == []
    assert not Message.objects.exists()


def test_mails_of_a_removed_kind_fail_and_say_why(
    news: CourseNews, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = tell(enrolment)
    monkeypatch.delitem(KINDS, news.name)
    assert sending.send_waiting(now=DUE + sending.WITHOUT_KIND) == 0
    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert message.error == "No kind of messages has this name any more."
    assert sending.send_again(message_id=message.pk, now=DUE) == Status.FAILED
    assert django_mail.outbox == []


def test_an_old_worker_leaves_mails_of_a_new_kind_to_the_new_one(
    news: CourseNews, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = tell(enrolment)
    with monkeypatch.context() as old_release:
        old_release.delitem(KINDS, news.name)
        assert sending.send(message_id=message.pk, now=DUE) is None
        assert sending.send_waiting(now=DUE) == 0
    assert statuses() == ["queued"]
    assert sending.send_waiting(now=DUE) == 1


# --- Names ---


def test_a_name_breaks_no_line_and_turns_no_text(news: CourseNews, enrolment: Enrolment) -> None:
    hostile = "Al\u202eice\r\nBcc: eve@example.com\u2028 \u200fX"
    User.objects.filter(pk=enrolment.user_id).update(name=hostile)
    Course.objects.filter(pk=enrolment.course_id).update(title_en="Stat\u202eistics\r\nX-Evil: 1")
    message = tell(enrolment)
    assert sending.send(message_id=message.pk, now=DUE) == Status.SENT
    [mail] = django_mail.outbox
    assert not {"Bcc", "X-Evil"} & set(mail.message().keys())
    assert "Alice Bcc: eve@example.com X: news of" in mail.body
    for part in (mail.subject, mail.body, str(mail.alternatives[0][0])):  # type: ignore[attr-defined]
        assert not set(part) & set("\u202e\u200f\u2028")


def test_a_name_of_right_to_left_letters_is_isolated(news: CourseNews, enrolment: Enrolment) -> None:
    User.objects.filter(pk=enrolment.user_id).update(name="علي")
    sending.send(message_id=tell(enrolment).pk, now=DUE)
    assert "\u2068علي\u2069: news of" in django_mail.outbox[0].body
