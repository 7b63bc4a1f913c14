"""Notifications: each at most once, to the devices of those who may see it, and not at night."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.messages import bell
from accounts.messages.sending import notify_all
from accounts.models import Message, User
from common.mail import outbox
from common.messages.kinds import KINDS
from courses.models import Enrolment
from push.deliveries import sending
from push.models import Delivery, Subscription
from push.transports import http, keys
from push.wishes import subscriptions, switches
from tests.accounts.messages.kinds import CourseNews
from tests.api import Api, api_for
from tests.factories import CourseFactory, EnrolmentFactory
from tests.push.service import Browser, PushService
from tests.push.telling import DUE, MINUTE, MORNING, NIGHT, NOON, statuses, tell, tell_more

pytestmark = pytest.mark.django_db
Status = Delivery.Status
# Queries for one notification.
SENDING = 14
Subscribed = Callable[..., tuple[Browser, Api]]


# --- What a device is sent ---


def test_a_device_gets_a_declarative_message_that_only_it_can_read(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    message = tell(enrolment)
    assert sending.send_waiting(now=NOON) == 0
    assert sending.send_waiting(now=DUE) == 1

    [received] = push_service.received
    assert phone.read(received.body) == {
        "web_push": 8030,
        "notification": {
            "title": "News of courses",
            "body": f"Alice: news of {enrolment.course.title}",
            "navigate": f"http://127.0.0.1:8000/notifications/{message.uuid}/",
            "lang": "en",
            "dir": "auto",
        },
    }
    assert b"News" not in received.body
    assert received.headers["TTL"] == "86400"
    assert received.headers["Urgency"] == "normal"
    assert "Topic" not in received.headers
    assert received.server_key == keys.current_key()
    assert sending.send_waiting(now=DUE + MINUTE) == 0
    assert statuses() == [Status.SENT]


@pytest.mark.parametrize(("language", "title"), [("ko", "다시 매겨진 성적"), ("en", "Changed grades")])
def test_a_grade_is_not_on_a_locked_screen(
    language: str, title: str, news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    User.objects.filter(pk=enrolment.user_id).update(language=language)
    monkeypatch.setattr(news, "title", KINDS["grade-changed"].title)
    monkeypatch.setattr(news, "description", KINDS["grade-changed"].description)
    monkeypatch.setattr(news, "is_hidden_on_screens", True)
    tell(enrolment)
    sending.send_waiting(now=DUE)

    shown = phone.read(push_service.received[0].body)["notification"]
    assert shown["title"] == str(shown["title"])
    assert enrolment.course.title not in shown["body"]
    assert shown["lang"] == language


def test_messages_with_grades_and_decisions_are_hidden_on_screens() -> None:
    hidden = {name for name, kind in KINDS.items() if kind.is_hidden_on_screens}
    assert hidden == {"grade-changed", "grade-set", "result-ready", "appeal-answered", "certificate-changed"}


def test_messages_of_a_kind_that_wait_are_one_notification(
    news: CourseNews, alice: User, phone: Browser, push_service: PushService
) -> None:
    tell_more(alice, 5)
    sending.send_waiting(now=DUE)

    [received] = push_service.received
    shown = phone.read(received.body)["notification"]
    assert shown["title"] == "News of courses (5)"
    assert len(shown["body"].split("\n")) == 4
    assert shown["navigate"] == "http://127.0.0.1:8000/notifications/"
    assert statuses() == [Status.SENT] * 5
    assert len(set(Delivery.objects.values_list("message_id", flat=True))) == 1


def test_a_kind_decides_on_lifetime_urgency_and_replacement(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "push_lifetime", timedelta(hours=2))
    monkeypatch.setattr(news, "push_urgency", "high")
    monkeypatch.setattr(news, "is_replaced_on_screens", True)
    tell(enrolment)
    sending.send_waiting(now=DUE)

    headers = push_service.received[0].headers
    assert (headers["TTL"], headers["Urgency"]) == ("7200", "high")
    assert len(headers["Topic"]) == 24
    assert "news" not in headers["Topic"]
    assert phone.read(push_service.received[0].body)["notification"]["tag"] == headers["Topic"]


def test_a_text_that_is_too_long_is_cut(
    news: CourseNews, alice: User, phone: Browser, push_service: PushService
) -> None:
    course = CourseFactory(title_ko="가" * 200, title_en="x" * 200)
    User.objects.filter(pk=alice.pk).update(name="나" * 100)
    tell(EnrolmentFactory(user=alice, course=course))
    sending.send_waiting(now=DUE)

    body = phone.read(push_service.received[0].body)["notification"]["body"]
    assert body.endswith("…")
    assert len(body) == 240


# --- To whom ---


def test_every_device_of_a_person_is_told_and_nobody_elses(
    news: CourseNews, enrolment: Enrolment, subscribed: Subscribed, push_service: PushService, bob: User
) -> None:
    subscribed(enrolment.user, "phone")
    subscribed(enrolment.user, "laptop")
    subscribed(bob, "stranger")
    tell(enrolment)
    sending.send_waiting(now=DUE)
    assert sorted(each.path for each in push_service.received) == ["/push/laptop", "/push/phone"]


def test_a_device_that_is_signed_out_gets_nothing(
    news: CourseNews, enrolment: Enrolment, subscribed: Subscribed, push_service: PushService
) -> None:
    _browser, phone = subscribed(enrolment.user)
    tell(enrolment)
    [device] = phone.get("devices")["results"]

    api_for(enrolment.user).delete(f"devices/{device['uuid']}", expect=204)

    assert not Subscription.objects.exists()
    assert sending.send_waiting(now=DUE) == 0
    assert push_service.asked == 0


def test_a_changed_password_ends_notifications_of_other_devices(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    tell(enrolment)
    enrolment.user.set_password("another one")
    enrolment.user.save()
    assert sending.send_waiting(now=DUE) == 0
    assert push_service.asked == 0
    assert not Subscription.objects.exists()


def test_a_device_whose_sign_out_an_older_release_did_is_forgotten(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    tell(enrolment)
    # As a release does that does not know this table.
    device = Subscription.objects.get().device
    type(device).objects.filter(pk=device.pk)._raw_delete(using="default")
    assert sending.send_waiting(now=DUE) == 0
    sending.forget(now=DUE)
    assert not Subscription.objects.exists()
    assert push_service.asked == 0


def test_what_somebody_may_no_longer_see_is_not_sent(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    tell(enrolment)
    enrolment.delete()
    sending.send_waiting(now=DUE)
    assert push_service.asked == 0
    assert statuses() == [Status.SKIPPED]


def test_what_was_read_in_the_bell_is_not_sent(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    tell(enrolment)
    tell_more(enrolment.user, 1)
    first = Message.objects.order_by("pk")[0]
    bell.open_message(user=enrolment.user, uuid=first.uuid, now=NOON)
    sending.send_waiting(now=DUE)
    assert len(push_service.received) == 1
    assert statuses() == [Status.SKIPPED, Status.SENT]


def test_a_kind_that_is_switched_off_is_not_sent_and_its_mail_is(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    tell(enrolment)
    switches.switch(enrolment.user, news, is_on=False)
    sending.send_waiting(now=DUE)
    assert push_service.asked == 0
    assert Delivery.objects.get().error == "Such notifications are switched off."
    assert Message.objects.get().status == Message.Status.QUEUED


def test_a_closed_account_gets_nothing(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    tell(enrolment)
    User.objects.filter(pk=enrolment.user_id).update(is_active=False)
    sending.send_waiting(now=DUE)
    assert push_service.asked == 0


# --- When ---


def test_no_device_rings_at_night(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    tell(enrolment, now=NIGHT)
    sending.send_waiting(now=NIGHT + 10 * MINUTE)
    assert push_service.asked == 0
    assert Delivery.objects.get().due_at == MORNING
    sending.send_waiting(now=MORNING)
    assert len(push_service.received) == 1


# --- At most once ---


def test_a_sender_that_dies_between_claim_and_sending_leaves_an_uncertain_row(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a killed process: nothing after the claim happens."""

    class Killed(BaseException):
        pass

    def die(*_args: object, **_kwargs: object) -> None:
        raise Killed

    tell(enrolment)
    with monkeypatch.context() as patch:
        patch.setattr(http, "post", die)
        with pytest.raises(Killed):
            sending.send_waiting(now=DUE)
    assert statuses() == [Status.SENDING]
    assert sending.send_waiting(now=DUE + MINUTE) == 0
    sending.send_waiting(now=DUE + outbox.STALE)
    assert statuses() == [Status.UNCERTAIN]
    assert push_service.asked == 0


def test_an_answer_that_never_comes_is_uncertain_and_not_sent_again(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(enrolment)
    monkeypatch.setattr(push_service, "take", lambda *_args: 1 / 0)
    sending.send_waiting(now=DUE)
    assert statuses() == [Status.UNCERTAIN]
    assert sending.send_waiting(now=DUE + timedelta(days=1)) == 0


# --- Keys of the site ---


def test_a_device_is_sent_to_with_the_key_that_it_accepts(
    news: CourseNews, enrolment: Enrolment, subscribed: Subscribed, push_service: PushService
) -> None:
    subscribed(enrolment.user, "before")
    former = keys.current_key()
    newest = keys.rotate()
    subscribed(enrolment.user, "after")
    assert former != newest == keys.current_key()
    tell(enrolment)
    sending.send_waiting(now=DUE)
    assert {each.path: each.server_key for each in push_service.received} == {
        "/push/before": former,
        "/push/after": newest,
    }


def test_a_new_secret_key_still_reads_the_keys_of_the_site(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService, settings: Any
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one" * 10
    public = keys.current_key()
    assert keys.private_key(public).public_key().public_numbers()
    assert keys.is_known(public)


# --- How many queries ---


def add_devices(user: User, count: int) -> None:
    """Add subscriptions of one person, which only the tests' limit allows."""
    api_for(user).get("devices")
    device = user.device_sessions.order_by("pk")[0]
    Subscription.objects.bulk_create(
        Subscription(user=user, device=device, endpoint=f"https://push.example.com/{number}", created_at=NOON)
        for number in range(count)
    )


@pytest.mark.parametrize("devices", [2, subscriptions.MOST])
def test_writing_takes_as_many_queries_for_many_devices(
    devices: int, news: CourseNews, enrolment: Enrolment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add_devices(enrolment.user, devices)
    with django_assert_num_queries(3):
        notify_all("course-news", pairs=[(enrolment.course, enrolment.user_id)], now=NOON)
    assert Delivery.objects.count() == devices


@pytest.mark.parametrize("devices", [2, 200])
def test_sending_takes_as_many_queries_for_many_devices(
    devices: int, news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    add_devices(enrolment.user, devices)
    tell(enrolment)
    row = Delivery.objects.get(subscription__endpoint=phone.endpoint)
    with django_assert_num_queries(SENDING):
        sending.send(delivery_id=row.pk, now=DUE)
    assert len(push_service.received) == 1
