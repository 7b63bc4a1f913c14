"""The link with which an app leads its user to a page, signed in: once, for a minute, and only if the person confirms it."""

from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.models import DeviceSession, Handover, User
from accounts.own_account.masking import mask_links
from courses.models import Enrolment
from tests.api import Api
from tests.contract import check

PATH = "session/handover"
WANTED = "/courses/statistics/"


def link_of(api: Api, path: str = WANTED) -> str:
    url: str = api.post(PATH, {"next": path}, expect=201)["url"]
    return url.removeprefix("http://testserver")


def signed_in(client: Client) -> User | None:
    user: Any = get_user(client)
    return user if user.is_authenticated else None


def test_the_link_signs_a_browser_in_and_leads_to_the_page(alice_api: Api, alice: User) -> None:
    made = alice_api.post(PATH, {"next": WANTED}, expect=201)
    check("Handover", made)
    browser = Client()
    link = made["url"].removeprefix("http://testserver")
    page = browser.get(link)
    assert alice.email in page.text

    answer = browser.post(link)

    assert answer.headers["Location"] == WANTED
    assert signed_in(browser) == alice
    assert browser.get(WANTED).status_code == 200


def test_opening_the_link_signs_nobody_in(alice_api: Api) -> None:
    link, browser = link_of(alice_api), Client()

    for method in (browser.get, browser.head, browser.get):
        assert method(link).status_code == 200

    assert signed_in(browser) is None
    assert not Handover.objects.exclude(used_at=None).exists()


def test_the_link_works_once(alice_api: Api) -> None:
    link = link_of(alice_api)
    Client().post(link)
    second = Client()

    english = {"Accept-Language": "en"}
    for answer in (second.get(link, headers=english), second.post(link, headers=english)):
        assert answer.status_code == 410
        assert "This link does not work any more." in answer.text
    assert signed_in(second) is None


def test_the_link_works_for_a_minute(alice_api: Api) -> None:
    link = link_of(alice_api)
    Handover.objects.update(created_at=timezone.now() - timedelta(seconds=60))

    assert Client().post(link).status_code == 410
    Handover.objects.update(created_at=timezone.now() - timedelta(seconds=50))
    assert Client().post(link).status_code == 302


@pytest.mark.parametrize("token", ["x", "%00", "나", "a" * 3000, "..%2f", "%F0%9F%99%82"])
def test_a_garbled_link_is_explained_in_words(alice_api: Api, token: str) -> None:
    for language, words in (("en", "Ask the app for another one"), ("ko", "html")):
        answer = Client().get(f"/accounts/handover/{token}/", headers={"Accept-Language": language})
        assert answer.status_code in (404, 410)
        assert words in answer.text or answer.status_code == 404


def test_the_next_link_of_an_app_replaces_the_last(alice_api: Api) -> None:
    first, second = link_of(alice_api), link_of(alice_api)

    assert Client().post(first).status_code == 410
    assert Client().post(second).status_code == 302


def test_the_link_ends_with_the_session_of_the_app(alice_api: Api, bob_api: Api, alice: User, bob: User) -> None:
    of_alice, of_bob = link_of(alice_api), link_of(bob_api, "/courses/")
    alice_api.delete("session", expect=204)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    for link in (of_alice, of_bob):
        assert Client().post(link).status_code == 410


def test_whoever_is_signed_in_already_goes_on_at_once(alice_api: Api, alice_client: Client) -> None:
    link = link_of(alice_api)

    assert alice_client.get(link).headers["Location"] == WANTED
    assert Handover.objects.get().used_at is None


def test_in_the_browser_of_somebody_else_the_page_says_who_will_be_signed_out(
    alice_api: Api, bob_client: Client, bob: User, alice: User
) -> None:
    link = link_of(alice_api)
    page = bob_client.get(link).text
    assert alice.email in page
    assert bob.email in page

    bob_client.post(link)

    assert signed_in(bob_client) == alice


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/", "courses/", "javascript:alert(1)",
        "/\n/elsewhere.example", "/courses/\x07", "\\\\elsewhere.example", "///elsewhere.example",
    ],
)  # fmt: skip
def test_only_paths_of_this_site_are_accepted(alice_api: Api, path: str) -> None:
    problem = alice_api.post(PATH, {"next": path}, expect=400)

    assert problem["type"] in ("/problems/no-page-here", "/problems/invalid")
    assert not Handover.objects.exists()


@pytest.mark.parametrize("body", [{"next": 5}, {"next": "/" + "x" * 500}, {"nxt": "/"}, {"next": ""}, []])
def test_a_body_of_another_shape_is_refused(alice_api: Api, body: Any) -> None:
    assert alice_api.post(PATH, body, expect=400)["type"] == "/problems/invalid"


def test_without_a_path_the_link_leads_to_the_courses(alice_api: Api) -> None:
    link = alice_api.post(PATH, expect=201)["url"].removeprefix("http://testserver")

    assert Client().post(link).headers["Location"] == "/courses/"


def test_a_form_of_another_site_cannot_press_the_button(alice_api: Api) -> None:
    browser = Client(enforce_csrf_checks=True)

    assert browser.post(link_of(alice_api)).status_code == 403
    assert signed_in(browser) is None


def test_the_sign_in_is_audited_and_the_browser_is_one_of_the_devices(
    alice_api: Api, alice: User, enrolment: Enrolment
) -> None:
    Client().post(link_of(alice_api), headers={"User-Agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140 Safari/537"})

    entry = AuditEntry.objects.select_related("event").get(model="accounts.devicesession", subject=alice)
    assert (entry.event.actor_id, entry.event.action, entry.event.channel) == (alice.pk, "add", "page")
    assert entry.event.address == "/accounts/handover/…/"
    assert DeviceSession.objects.get().description == "Chrome, Android"


def test_neither_the_database_nor_a_referrer_has_the_token(alice_api: Api) -> None:
    link = link_of(alice_api)
    token = link.split("/")[-2]
    browser = Client()

    for answer in (browser.get(link), browser.post(link), browser.get(link)):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer.headers["Cache-Control"]
    assert token not in str(Handover.objects.values().get())


def test_no_line_of_the_log_has_the_token() -> None:
    line = {"event": "request_finished", "request": "GET /accounts/handover/se-cret_1/?x=1"}
    assert mask_links(None, "info", dict(line))["request"] == "GET /accounts/handover/…/?x=1"
    feed = {"request": "GET /calendar/secret/baeum.ics"}
    assert mask_links(None, "info", feed)["request"] == "GET /calendar/…/baeum.ics"
    page = {"request": "POST /calendar/address/off/"}
    assert mask_links(None, "info", dict(page)) == page
    assert mask_links(None, "info", {"event": "Gone: /accounts/email/secret/"})["event"] == "Gone: /accounts/email/…/"
    assert mask_links(None, "info", {"event": "Gone: /accounts/handover/secret/"})["event"] == (
        "Gone: /accounts/handover/…/"
    )
    assert mask_links in structlog.get_config()["processors"]
    formatters: Any = settings.LOGGING["formatters"]
    assert mask_links in formatters["structured"]["foreign_pre_chain"]
