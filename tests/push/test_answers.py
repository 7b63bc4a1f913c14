"""What becomes of a notification and its device by the answer of the push service."""

from datetime import timedelta
from typing import Any

import pytest

from courses.models import Enrolment
from push.deliveries import sending
from push.models import Delivery, Subscription
from tests.accounts.messages.kinds import CourseNews
from tests.push.service import Browser, PushService
from tests.push.telling import DUE, MINUTE, statuses, tell

pytestmark = pytest.mark.django_db
Status = Delivery.Status


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_deleted(
    status: int, news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    push_service.answers = [(status, {}, b"")]
    tell(enrolment)
    sending.send_waiting(now=DUE)
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_refusal_for_good_is_recorded(
    status: int, news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    push_service.answers = [(status, {}, b"why\x00" + b"x" * 100_000)]
    tell(enrolment)
    sending.send_waiting(now=DUE)
    row = Delivery.objects.get()
    assert (row.status, row.answer) == (Status.FAILED, status)
    assert row.error.startswith(f"{status}: whyx")
    assert len(row.error) < 600
    assert sending.send_waiting(now=DUE + timedelta(days=1)) == 0
    assert push_service.asked == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_busy_is_asked_again_after_a_pause(
    status: int, news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    push_service.answers = [(status, {}, b""), (status, {"Retry-After": "600"}, b"")]
    tell(enrolment)
    sending.send_waiting(now=DUE)
    assert statuses() == [Status.QUEUED]
    assert sending.send_waiting(now=DUE + MINUTE / 2) == 0
    sending.send_waiting(now=DUE + MINUTE)
    assert push_service.asked == 2
    # The pause would be five minutes, but the service has asked for ten.
    assert sending.send_waiting(now=DUE + 10 * MINUTE) == 0
    assert sending.send_waiting(now=DUE + 11 * MINUTE) == 1
    assert statuses() == [Status.SENT]


def test_a_redirect_is_not_followed(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService
) -> None:
    push_service.answers = [(307, {"Location": f"{push_service.origin}/elsewhere"}, b"")]
    tell(enrolment)
    sending.send_waiting(now=DUE)
    assert push_service.asked == 1
    assert statuses() == [Status.FAILED]


def test_a_service_that_cannot_be_reached_is_asked_again(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService, settings: Any
) -> None:
    settings.PUSH_ORIGINS = ["http://127.0.0.1:1"]
    Subscription.objects.update(endpoint="http://127.0.0.1:1/nobody")
    tell(enrolment)
    sending.send_waiting(now=DUE)
    row = Delivery.objects.get()
    assert row.status == Status.QUEUED
    assert "ConnectionRefusedError" in row.error


def test_an_address_that_became_private_is_asked_nothing(
    news: CourseNews, enrolment: Enrolment, phone: Browser, push_service: PushService, settings: Any
) -> None:
    settings.PUSH_ORIGINS = []
    tell(enrolment)
    sending.send_waiting(now=DUE)
    assert push_service.asked == 0
    assert statuses() == [Status.FAILED]
