"""Where somebody is signed in: My account and the API, on the same devices."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import AuditEntry
from accounts.models import DeviceSession, Message, User
from accounts.own_account.clients import describe_client
from accounts.own_account.usage import Usage
from accounts.sessions import SessionStore
from push.models import Delivery, Subscription
from tests.api import Api, api_for
from tests.contract import check
from tests.factories import PASSWORD, UserFactory

PAGE = "/accounts/devices/"
NOON = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
PHONE = "BaeumApp/1.2 (iPhone; iOS 18.1)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def minji(db: None) -> User:
    return UserFactory(email="minji@example.com", name="Minji")


@pytest.fixture
def browser(minji: User) -> Client:
    client = Client(headers={"User-Agent": FIREFOX, "Accept-Language": "en"})
    answer = client.post("/accounts/login/", {"login": minji.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.fixture
def phone(minji: User) -> Api:
    answer = Client().post(
        "/_allauth/app/v1/auth/login",
        {"email": minji.email, "password": PASSWORD},
        "application/json",
        headers={"User-Agent": PHONE},
    )
    return Api(answer.json()["meta"]["session_token"])


def test_a_phone_sees_itself_and_the_browser(minji: User, browser: Client, phone: Api) -> None:
    found = phone.get("devices")

    check("DeviceList", found)
    assert [(each["description"], each["kind"], each["is_current"]) for each in found["results"]] == [
        ("BaeumApp, iPhone", "app", True),
        ("Firefox, Linux", "browser", False),
    ]
    page = browser.get(PAGE).text
    assert page.count("This device") == 1
    assert page.index("BaeumApp, iPhone") < page.index("Firefox, Linux") < page.index("This device")


def test_a_device_that_is_signed_out_has_to_sign_in_again(minji: User, browser: Client, phone: Api) -> None:
    [_phone, listed] = phone.get("devices")["results"]

    phone.delete(f"devices/{listed['uuid']}", expect=204)

    assert browser.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"
    assert len(phone.get("devices")["results"]) == 1
    phone.delete(f"devices/{listed['uuid']}", expect=404)


def test_the_page_signs_a_phone_out(minji: User, browser: Client, phone: Api) -> None:
    device = DeviceSession.objects.get(kind="app")

    assert browser.post(f"{PAGE}{device.uuid}/sign-out/").headers["Location"] == PAGE

    phone.get("me", expect=401)
    assert "The device is signed out." in browser.get(PAGE).text


def test_a_device_can_sign_itself_out(minji: User, browser: Client, phone: Api) -> None:
    phone.delete(f"devices/{DeviceSession.objects.get(kind='app').uuid}", expect=204)
    browser.post(f"{PAGE}{DeviceSession.objects.get(kind='browser').uuid}/sign-out/")

    phone.get("devices", expect=401)
    assert browser.get(PAGE).status_code == 302
    assert not DeviceSession.objects.exists()


def test_a_device_can_be_named_on_either_side(minji: User, browser: Client, phone: Api) -> None:
    own = DeviceSession.objects.get(kind="app").uuid
    named = phone.patch(f"devices/{own}", {"name": "내 전화"})
    check("Device", named)
    assert named["name"] == "내 전화"
    assert "내 전화" in browser.get(PAGE).text

    browser.post(f"{PAGE}{own}/name/", {"name": "Phone"})
    assert phone.get("devices")["results"][0]["name"] == "Phone"
    assert phone.patch(f"devices/{own}", {"name": ""})["name"] == ""


@pytest.mark.parametrize("name", ["x" * 101, "a\u202eb"])
def test_a_name_that_nobody_could_read_is_refused(minji: User, browser: Client, phone: Api, name: str) -> None:
    own = DeviceSession.objects.get(kind="app").uuid

    assert list(phone.patch(f"devices/{own}", {"name": name}, expect=400)["errors"]) == ["name"]
    assert browser.post(f"{PAGE}{own}/name/", {"name": name}).status_code == 302
    assert DeviceSession.objects.get(uuid=own).name == ""


def test_the_devices_of_others_are_not_found(phone: Api, browser: Client, bob_api: Api, bob_client: Client) -> None:
    device = DeviceSession.objects.get(kind="app")

    bob_api.patch(f"devices/{device.uuid}", {"name": "mine"}, expect=404)
    bob_api.delete(f"devices/{device.uuid}", expect=404)
    assert bob_client.post(f"{PAGE}{device.uuid}/name/", {"name": "mine"}).status_code == 404
    assert bob_client.post(f"{PAGE}{device.uuid}/sign-out/").status_code == 404
    phone.get("me")


def test_a_changed_password_leaves_the_device_that_changed_it(minji: User, browser: Client, phone: Api) -> None:
    new = "another horse battery"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    phone.get("me", expect=401)
    page = browser.get(PAGE).text
    assert "Firefox, Linux" in page
    assert "BaeumApp" not in page
    assert DeviceSession.objects.get(kind="browser").session_key == browser.session.session_key


def test_a_session_that_has_expired_is_not_listed_and_forgotten_at_the_next_sign_in(
    minji: User, browser: Client, phone: Api
) -> None:
    key = DeviceSession.objects.get(kind="browser").session_key
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(days=1))
    assert [each["kind"] for each in phone.get("devices")["results"]] == ["app"]

    Client().post("/accounts/login/", {"login": minji.email, "password": PASSWORD})

    assert not DeviceSession.objects.filter(session_key=key).exists()


def test_a_session_from_before_devices_were_remembered_is_found_when_it_asks(alice: User) -> None:
    api = api_for(alice)
    assert not DeviceSession.objects.exists()

    [device] = api.get("devices")["results"]

    assert device["is_current"] is True
    assert api.get("devices")["results"][0]["uuid"] == device["uuid"]


def test_signing_out_forgets_the_device(minji: User, browser: Client, phone: Api) -> None:
    phone.delete("session", expect=204)
    browser.post("/accounts/logout/")

    assert not DeviceSession.objects.exists()


def test_sign_ins_and_sign_outs_of_devices_are_in_the_audit_log(minji: User, browser: Client, phone: Api) -> None:
    phone.delete(f"devices/{DeviceSession.objects.get(kind='browser').uuid}", expect=204)

    entries = AuditEntry.objects.filter(model="accounts.devicesession", subject=minji).order_by("pk")
    assert list(entries.values_list("event__action", "event__channel", "event__actor")) == [
        ("add", "page", minji.pk), ("add", "api", minji.pk), ("delete", "api", minji.pk)
    ]  # fmt: skip


def _sign_in_again(user: User, browser: Client) -> None:
    """Make one more session of the person, with the password of the browser's."""
    store = SessionStore()
    store.create()
    store.update(dict(browser.session.items()))
    store.save()
    assert store.session_key
    DeviceSession.objects.create(user=user, session_key=store.session_key, signed_in_at=timezone.now())


@pytest.mark.parametrize("count", [2, 200])
def test_the_number_of_queries_does_not_grow_with_the_devices(
    minji: User, browser: Client, phone: Api, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        _sign_in_again(minji, browser)
    phone.get("devices")
    with django_assert_max_num_queries(5):
        assert len(phone.get("devices")["results"]) == min(count + 2, 100)


def _rest(device: DeviceSession, **ago: int) -> None:
    """Let the device have signed in long ago, and not be used since."""
    DeviceSession.objects.filter(pk=device.pk).update(signed_in_at=NOON - timedelta(**ago), last_used_at=None)


def test_the_last_use_of_a_phone_and_of_a_browser_is_seen_on_both(minji: User, browser: Client, phone: Api) -> None:
    for device in DeviceSession.objects.all():
        _rest(device, days=9)
    process = Usage()
    for key in DeviceSession.objects.values_list("session_key", flat=True):
        process.note(key)
    assert process.write(NOON) == 2

    found = phone.get("devices")
    check("DeviceList", found)
    assert {each["last_used_at"] for each in found["results"]} == {NOON.isoformat().replace("+00:00", "Z")}
    page = browser.get(PAGE).text
    assert "last used on" in page
    assert "in use now" in page


def test_a_device_is_written_once_in_an_hour_of_the_clock_by_all_processes(minji: User, phone: Api) -> None:
    device = DeviceSession.objects.get()
    _rest(device, days=1)
    moments = [NOON, NOON + timedelta(minutes=30), NOON + timedelta(minutes=59), NOON + timedelta(minutes=60)]
    written = []
    for moment in moments:
        process = Usage()
        process.note(device.session_key)
        written.append(process.write(moment))
    assert written == [1, 0, 0, 1]


def test_the_hour_of_the_sign_in_is_not_written_again(minji: User, phone: Api) -> None:
    device = DeviceSession.objects.get()
    process = Usage()
    process.note(device.session_key)
    assert process.write(device.signed_in_at) == 0
    assert phone.get("devices")["results"][0]["last_used_at"] == phone.get("devices")["results"][0]["signed_in_at"]


def test_reading_writes_nothing(minji: User, browser: Client, phone: Api) -> None:
    for device in DeviceSession.objects.all():
        _rest(device, days=1)
    for read in (lambda: browser.get("/courses/"), lambda: phone.get("me")):
        read()
        with CaptureQueriesContext(connection) as captured:
            read()
        assert not [each["sql"] for each in captured if not each["sql"].startswith("SELECT")]


def _notify(device: DeviceSession, endpoint: str) -> None:
    """Give a device notifications, and one that it has got."""
    now = timezone.now()
    subscription = Subscription.objects.create(user=device.user, device=device, endpoint=endpoint, created_at=now)
    message = Message.objects.create(user=device.user, kind="announced", about=endpoint, created_at=now, due_at=now)
    Delivery.objects.create(subscription=subscription, about=message, due_at=now)


@pytest.mark.parametrize("count", [2, 200])
def test_all_other_devices_are_signed_out_at_once(
    minji: User, browser: Client, phone: Api, bob_api: Api, count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _number in range(count):
        _sign_in_again(minji, browser)
    bob = bob_api.get("devices")["results"][0]["uuid"]
    for number, device in enumerate(DeviceSession.objects.filter(kind="browser")):
        _notify(device, f"https://push.example.com/{number}")

    with django_assert_max_num_queries(14):
        phone.delete("devices", expect=204)

    assert [each["is_current"] for each in phone.get("devices")["results"]] == [True]
    assert not Delivery.objects.exists()
    assert not Subscription.objects.exists()
    assert browser.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"
    assert bob_api.get("devices")["results"][0]["uuid"] == bob
    assert AuditEntry.objects.filter(subject=minji, event__action="delete").count() == count + 1


def test_the_page_signs_the_others_out(minji: User, browser: Client, phone: Api) -> None:
    assert "Sign out everywhere else" in browser.get(PAGE).text

    answer = browser.post(f"{PAGE}sign-out-others/", follow=True)

    assert "1 device is signed out." in answer.text
    assert "Sign out everywhere else" not in answer.text
    phone.get("me", expect=401)
    assert browser.get(f"{PAGE}sign-out-others/").headers["Location"] == PAGE


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (FIREFOX, "Firefox, Linux"),
        (PHONE, "BaeumApp, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1", "Safari, iPhone"),
        ("okhttp/4.12.0", "okhttp"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
        ("x" * 5000, "x" * 40),
    ],
)  # fmt: skip
def test_a_client_is_described_in_a_few_words(user_agent: str, said: str) -> None:
    assert describe_client(user_agent) == said


def test_nothing_more_of_the_client_is_stored(minji: User, phone: Api) -> None:
    stored: Any = DeviceSession.objects.values().get()
    assert set(stored) == {
        "id",
        "uuid",
        "user_id",
        "session_key",
        "kind",
        "name",
        "description",
        "signed_in_at",
        "last_used_at",
    }
    assert "1.2" not in str(stored["description"])
