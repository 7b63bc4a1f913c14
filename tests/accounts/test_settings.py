"""Account settings, and switching the language."""

from datetime import time

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User

URL = "/accounts/settings/"
FORM = {"name": "Alice A.", "language": "ko", "time_zone": "Europe/Berlin"}


def test_settings_are_saved_and_confirmed_in_the_new_language(alice_client: Client, alice: User) -> None:
    response = alice_client.post(URL, FORM)

    assert response.headers["Location"] == URL
    alice.refresh_from_db()
    assert alice.name == "Alice A."
    assert alice.language == "ko"
    assert alice.time_zone == "Europe/Berlin"
    # An unticked box is not sent.
    assert not alice.wants_weekly_summary
    assert alice_client.cookies[django_settings.LANGUAGE_COOKIE_NAME].value == "ko"
    assert '<html lang="ko" data-theme="">' in alice_client.get(URL).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"language": "xx"},
        {"summary_day": "8"},
        {"summary_time": "21:00:00"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ""},
        {"name": "x" * 101},
        {"name": "🦉" * 300},
    ],
)
def test_invalid_settings_change_nothing(alice_client: Client, alice: User, fields: dict[str, str]) -> None:
    response = alice_client.post(URL, {**FORM, **fields})

    assert response.status_code == 400
    assert b'aria-invalid="true"' in response.content
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_day_and_time_of_the_summary_are_chosen(alice_client: Client, alice: User) -> None:
    alice_client.post(URL, {**FORM, "summary_day": "5", "summary_time": "19:30:00"})
    alice.refresh_from_db()
    assert (alice.summary_day, alice.summary_time) == (5, time(19, 30))
    # A page of before there was a choice changes nothing of it.
    assert alice_client.post(URL, FORM).status_code == 302
    alice.refresh_from_db()
    assert (alice.summary_day, alice.summary_time) == (5, time(19, 30))


def test_a_stored_time_zone_that_is_not_in_the_list_is_kept(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="Etc/GMT+3")

    assert b'value="Etc/GMT+3" selected' in alice_client.get(URL).content


def test_each_language_option_has_its_lang_attribute(alice_client: Client) -> None:
    assert '<option value="ko" lang="ko">한국어</option>' in alice_client.get(URL).content.decode()


def test_anonymous_users_are_redirected_to_the_sign_in(client: Client, db: None) -> None:
    assert client.get(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_anonymous_users_can_switch_the_language(client: Client, db: None) -> None:
    response = client.post(reverse("accounts:language-set"), {"language": "en", "next": "/accounts/login/?next=/x#top"})

    assert response.headers["Location"] == "/accounts/login/?next=/x#top"
    assert '<html lang="en" data-theme="">' in client.get("/accounts/login/").content.decode()


def test_switching_the_language_is_stored_in_the_account(alice_client: Client, alice: User) -> None:
    alice_client.post(reverse("accounts:language-set"), {"language": "ko", "next": "/"})

    alice.refresh_from_db()
    assert alice.language == "ko"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "", "\\\\elsewhere.example"]
)
def test_the_switch_does_not_redirect_to_other_sites(client: Client, db: None, target: str) -> None:
    response = client.post(reverse("accounts:language-set"), {"language": "en", "next": target})

    assert response.headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(alice_client: Client, alice: User) -> None:
    response = alice_client.post(reverse("accounts:language-set"), {"language": "xx", "next": "/"})

    assert response.status_code == 302
    assert django_settings.LANGUAGE_COOKIE_NAME not in alice_client.cookies
    alice.refresh_from_db()
    assert alice.language == "en"


def test_the_switch_accepts_only_post(client: Client, db: None) -> None:
    assert client.get(reverse("accounts:language-set")).status_code == 405


@pytest.mark.parametrize("url", [URL, "/accounts/language/"])
def test_posts_need_the_csrf_token(alice: User, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post(url, {"language": "en"}).status_code == 403


def test_a_new_account_starts_with_the_time_zone_of_the_site(db: None, settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"

    assert User.objects.create_user("new@example.com").time_zone == "Europe/Berlin"


def test_messages_that_nobody_with_an_account_gets_are_not_listed(alice_client: Client) -> None:
    text = alice_client.get(URL).text
    assert "Changes of your account" in text
    assert "Address without an account" not in text


def test_a_chosen_theme_is_kept_in_the_browser_and_the_page_stays(client: Client, db: None) -> None:
    here = "http://testserver/accounts/login/?next=/review/"
    answer = client.post(reverse("accounts:theme-set"), {"theme": "dark"}, headers={"Referer": here})

    assert answer.headers["Location"] == here
    assert '<html lang="ko" data-theme="dark">' in client.get("/accounts/login/").text


@pytest.mark.parametrize("value", ["", "purple"])
def test_without_a_known_theme_the_page_follows_the_system(client: Client, db: None, value: str) -> None:
    client.cookies["theme"] = "dark"
    client.post(reverse("accounts:theme-set"), {"theme": value})

    assert '<html lang="ko" data-theme="">' in client.get("/accounts/login/").text


def test_an_unknown_theme_in_the_cookie_is_ignored(client: Client, db: None) -> None:
    client.cookies["theme"] = '"><script>'

    assert '<html lang="ko" data-theme="">' in client.get("/accounts/login/").text


def test_the_theme_form_leads_to_no_other_site(client: Client, db: None) -> None:
    answer = client.post(reverse("accounts:theme-set"), {"theme": "dark"}, headers={"Referer": "https://evil.example/"})

    assert answer.headers["Location"] == "/"
