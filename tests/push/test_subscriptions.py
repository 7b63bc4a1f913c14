"""On which devices somebody gets notifications: the API and the page, and where the site sends nothing."""

import re
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import AuditEntry
from accounts.models import User
from push.models import PushSwitch, Subscription
from push.transports import addresses, keys
from push.wishes import subscriptions
from tests.api import Api, api_for
from tests.contract import check
from tests.push.service import Browser, PushService

pytestmark = pytest.mark.django_db
Subscribed = Callable[..., tuple[Browser, Api]]
PAGE = "/notifications/devices/"


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that knows every name, at an address of the internet."""
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: answer)


def browser_at(endpoint: str) -> dict[str, Any]:
    return Browser(endpoint).body


# --- The API ---


def test_a_device_switches_notifications_on_and_off(alice_api: Api, alice: User, push_service: PushService) -> None:
    made = alice_api.post("push-subscriptions", push_service.browser().body, expect=201)

    check("PushSubscription", made)
    [device] = alice_api.get("devices")["results"]
    assert made["device"] == device["uuid"]
    found = alice_api.get("push-subscriptions")
    check("PushSubscriptionList", found)
    assert found["results"] == [made]
    stored = Subscription.objects.get()
    assert (stored.user, stored.server_key) == (alice, keys.current_key())
    alice_api.delete(f"push-subscriptions/{made['uuid']}", expect=204)
    assert alice_api.get("push-subscriptions")["results"] == []
    assert list(AuditEntry.objects.filter(model="push.subscription").values_list("event__action", flat=True)) == [
        "add",
        "delete",
    ]


def test_a_second_time_is_the_same_subscription(alice_api: Api, push_service: PushService) -> None:
    made = alice_api.post("push-subscriptions", push_service.browser().body, expect=201)
    again = {**push_service.browser().body, "server_key": keys.rotate()}
    assert alice_api.post("push-subscriptions", again, expect=200) == made
    assert Subscription.objects.get().server_key == keys.current_key()


def test_a_browser_that_somebody_else_uses_now_is_theirs(alice_api: Api, bob: User, push_service: PushService) -> None:
    before = alice_api.post("push-subscriptions", push_service.browser().body, expect=201)
    after = api_for(bob).post("push-subscriptions", push_service.browser().body, expect=201)
    assert before["uuid"] != after["uuid"]
    assert Subscription.objects.get().user == bob
    assert alice_api.get("push-subscriptions")["results"] == []


def test_the_worker_of_a_browser_renews_what_has_ended(alice: User, push_service: PushService) -> None:
    """`static/baeum/offline/notices.js` reads the page by the same expressions, and sends the same fields."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    endpoints: list[str] = []
    for name in ("ended", "new"):
        page = browser.get("/notifications/devices/")
        # Whose page it is, says the page.
        assert page.headers["X-Reader"] not in ("", "-")
        parts = ('data-push-key="([^"]+)"', 'data-push-address="([^"]+)"', 'name="csrfmiddlewaretoken" value="([^"]+)"')
        key, address, token = (found[1] for part in parts if (found := re.search(part, page.text)))
        made = push_service.browser(name)
        body = {"csrfmiddlewaretoken": token, "endpoint": made.endpoint, **made.body["keys"], "server_key": key}
        sent = browser.post(address, urlencode(body), "application/x-www-form-urlencoded")
        assert sent.status_code == 201
        endpoints += Subscription.objects.values_list("endpoint", flat=True)
    assert endpoints == [push_service.browser(name).endpoint for name in ("ended", "new")]


def test_a_device_has_one_subscription(alice_api: Api, push_service: PushService) -> None:
    alice_api.post("push-subscriptions", push_service.browser("before").body, expect=201)
    alice_api.post("push-subscriptions", push_service.browser("after").body, expect=201)
    assert Subscription.objects.get().endpoint.endswith("/after")


def test_a_strangers_subscription_is_not_found(alice_api: Api, bob: User, push_service: PushService) -> None:
    made = alice_api.post("push-subscriptions", push_service.browser().body, expect=201)
    api_for(bob).delete(f"push-subscriptions/{made['uuid']}", expect=404)
    assert Subscription.objects.exists()


def test_so_many_devices_can_have_notifications(alice: User, subscribed: Subscribed, push_service: PushService) -> None:
    for number in range(subscriptions.MOST):
        subscribed(alice, str(number))
    problem = api_for(alice).post("push-subscriptions", push_service.browser("more").body, expect=409)
    assert problem["type"] == "/problems/too-many-push-subscriptions"
    assert alice.push_subscriptions.count() == subscriptions.MOST


def test_a_sign_out_ends_notifications(alice: User, push_service: PushService) -> None:
    client = Client()
    client.force_login(alice)
    browser = push_service.browser().body
    form = {"endpoint": browser["endpoint"], **browser["keys"], "server_key": keys.current_key()}
    assert client.post(f"{PAGE}on/", form).status_code == 201
    client.post("/accounts/logout/")
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("transport", ["fcm", "apns"])
def test_a_way_without_credentials_is_absent_and_said_so(transport: str, alice_api: Api) -> None:
    problem = alice_api.post(
        "push-subscriptions", {"transport": transport, "endpoint": "a token of a device"}, expect=409
    )
    assert problem["type"] == "/problems/push-transport-missing"
    assert transport.upper() in problem["title"]
    found = alice_api.get("push-transports")
    check("PushTransportList", found)
    assert found["results"] == [
        {"name": "web", "is_configured": True, "server_key": keys.current_key()},
        {"name": "fcm", "is_configured": False, "server_key": None},
        {"name": "apns", "is_configured": False, "server_key": None},
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"keys": None},
        {"keys": {}},
        {"keys": "text"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "é", "auth": "\u0000"}},
        {"keys": {"p256dh": 1, "auth": []}},
        {"endpoint": ""},
        {"endpoint": "x" * 2001},
        {"endpoint": "\u0000"},
        {"endpoint": ["https://push.example.com/"]},
        {"transport": "pigeon"},
        {"server_key": "of another site"},
    ],
)
def test_what_is_no_subscription_is_refused(change: dict[str, Any], alice_api: Api, push_service: PushService) -> None:
    alice_api.post("push-subscriptions", {**push_service.browser().body, **change}, expect=400)
    assert not Subscription.objects.exists()


def test_a_lone_surrogate_is_refused(alice_api: Api, push_service: PushService) -> None:
    body = b'{"endpoint": "https://push.example.com/\\ud800", "keys": {"p256dh": "\\ud800", "auth": "a"}}'
    alice_api.post("push-subscriptions", body, expect=400)


@pytest.mark.parametrize("count", [2, subscriptions.MOST])
def test_the_list_takes_as_many_queries_for_many_devices(
    count: int, alice: User, subscribed: Subscribed, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        _browser, api = subscribed(alice, str(number))
    with django_assert_num_queries(2):
        assert len(api.get("push-subscriptions")["results"]) == count


# --- Where nothing is sent ---


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/one",
        "https://push.example.com:8443/one",
        "https://name:password@push.example.com/one",
        "https://push.example.com/one#part",
        "https://localhost/one",
        "https://127.0.0.1/one",
        "https://10.0.0.1/one",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/one",
        "https://[::ffff:10.0.0.1]/one",
        "https://[64:ff9b::a00:1]/one",
        "https://[2002:a00:1::]/one",
        "https://[fe80::1]/one",
        "https://224.0.0.1/one",
        "https://0.0.0.0/one",
        "https://[::1/one",
        "https://push.example.com:99999/one",
        "https:///one",
        "ftp://push.example.com/one",
        "javascript:alert(1)",
        "https://push.example.com/ one",
        "https://push.example.com/\r\nHost: other",
        "https://푸시.example.com/one",
        "one",
    ],
)
def test_an_address_that_is_no_push_service_is_refused(endpoint: str, alice_api: Api, public: None) -> None:
    problem = alice_api.post("push-subscriptions", browser_at(endpoint), expect=400)
    assert problem["type"] == "/problems/push-subscription-refused"


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "::1", "fd00::1", "192.168.0.1", "100.64.0.1"])
def test_a_name_that_leads_into_the_network_of_the_site_is_refused(
    address: str, alice_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: answer)
    problem = alice_api.post("push-subscriptions", browser_at("https://push.example.com/one"), expect=400)
    assert problem["type"] == "/problems/push-subscription-refused"


def test_a_public_push_service_is_taken(alice_api: Api, public: None) -> None:
    alice_api.post("push-subscriptions", browser_at("https://push.example.com/one?a=b"), expect=201)


def test_a_name_that_is_not_found_now_is_checked_when_something_is_sent(
    alice_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    alice_api.post("push-subscriptions", browser_at("https://push.example.com/one"), expect=201)
    with pytest.raises(addresses.Unresolved):
        addresses.resolve(addresses.read("https://push.example.com/one"))


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("::", False),
    ],
)
def test_addresses_of_the_internet_are_public(address: str, is_public: bool) -> None:
    assert addresses.is_public(ip_address(address)) is is_public


# --- Switches ---


def test_kinds_are_switched_off_and_on(alice_api: Api, alice: User) -> None:
    found = alice_api.get("push-switches")
    check("PushSwitchList", found)
    assert {each["kind"]: each["is_on"] for each in found["switches"]} == {
        "announcement": True,
        "appeal-answered": True,
        "certificate-ready": True,
        "dates-changed": True,
        "question-replied": True,
        "reminder": True,
        "result-ready": True,
    }
    changed = alice_api.put("push-switches/reminder", {"is_on": False})
    assert changed == alice_api.get("push-switches/reminder")
    assert not changed["is_on"]
    assert alice_api.get("push-switches/result-ready")["is_hidden_on_screens"]
    alice_api.put("push-switches/reminder", {"is_on": True})
    assert PushSwitch.objects.get().is_on


@pytest.mark.parametrize("kind", ["grade-changed", "weekly-summary", "question-asked", "no-such-kind"])
def test_a_kind_without_a_switch_is_not_found(kind: str, alice_api: Api) -> None:
    alice_api.get(f"push-switches/{kind}", expect=404)
    alice_api.put(f"push-switches/{kind}", {"is_on": False}, expect=404)


@pytest.mark.parametrize("body", [{}, {"is_on": "perhaps"}, {"is_on": None}, []])
def test_a_body_without_a_state_is_refused(body: object, alice_api: Api) -> None:
    alice_api.put("push-switches/reminder", body, expect=400)
    assert not PushSwitch.objects.exists()


# --- The page ---


def test_my_account_leads_to_the_page(alice_client: Client) -> None:
    assert PAGE in alice_client.get("/accounts/settings/").text
    page = alice_client.get(PAGE).text
    assert keys.current_key() in page
    assert "this page needs JavaScript" in page
    assert "No device has notifications yet." in page


def test_the_page_switches_a_browser_on_and_off(alice: User, push_service: PushService) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(alice)
    browser = push_service.browser().body
    form = {"endpoint": browser["endpoint"], **browser["keys"], "server_key": keys.current_key()}

    assert client.post(f"{PAGE}on/", form).status_code == 201

    stored = Subscription.objects.get()
    page = client.get(PAGE).text
    assert f"{PAGE}off/{stored.uuid}/" in page
    assert 'data-is-on="1"' in page
    answer = client.post(f"{PAGE}off/{stored.uuid}/", follow=True)
    assert "The device gets no more notifications." in answer.text
    assert not Subscription.objects.exists()


def test_the_page_says_why_a_subscription_is_refused(alice_client: Client) -> None:
    answer = alice_client.post(f"{PAGE}on/", {"endpoint": "x"})
    assert answer.status_code == 400
    assert answer.json()["problem"]
    browser = browser_at("https://localhost/one")
    form = {"endpoint": browser["endpoint"], **browser["keys"], "server_key": keys.current_key()}
    answer = alice_client.post(f"{PAGE}on/", form)
    assert answer.status_code == 400
    assert answer.json()["problem"] == "This site sends nothing to that address."


def test_the_page_changes_only_the_switches_that_it_has_shown(alice_client: Client, alice: User) -> None:
    alice_client.post(f"{PAGE}kinds/", {"shown": "reminder announcement", "announcement": "on"})
    assert list(PushSwitch.objects.values_list("kind", "is_on")) == [("reminder", False)]
    assert alice_client.get(f"{PAGE}kinds/").headers["Location"] == PAGE


@pytest.mark.parametrize("count", [2, subscriptions.MOST])
def test_the_page_takes_as_many_queries_for_many_devices(
    count: int, alice: User, subscribed: Subscribed, alice_client: Client,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:  # fmt: skip
    for number in range(count):
        subscribed(alice, str(number))
    alice_client.get(PAGE)
    with django_assert_max_num_queries(8):
        assert alice_client.get(PAGE).text.count("off/") == count
