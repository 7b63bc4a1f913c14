"""A changed secret key signs nobody out while the former one is among SECRET_KEY_FALLBACKS."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from courses.summaries import unsubscribing
from tests.api import Api
from tests.factories import PASSWORD

LOGIN = "/_allauth/app/v1/auth/login"


def rotate(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, " * 5


def test_a_browser_stays_signed_in_with_the_same_cookie(alice_client: Client, settings: Settings) -> None:
    before = alice_client.cookies[django_settings.SESSION_COOKIE_NAME].value
    rotate(settings)

    for _visit in range(2):
        assert alice_client.get(reverse("accounts:settings")).status_code == 200
    assert alice_client.cookies[django_settings.SESSION_COOKIE_NAME].value == before


def test_the_token_of_an_app_stays_valid(api: Api, alice: User, settings: Settings) -> None:
    answer = api.post(LOGIN, {"email": alice.email, "password": PASSWORD})
    api.headers["X-Session-Token"] = answer["meta"]["session_token"]
    rotate(settings)

    for path in ("me", "/_allauth/app/v1/auth/session", "me"):
        assert api.get(path)


def test_sessions_are_renewed_and_stay_valid_when_the_former_key_is_removed(alice_api: Api, settings: Settings) -> None:
    rotate(settings)
    alice_api.get("me")

    settings.SECRET_KEY_FALLBACKS = []

    alice_api.get("me")


def test_without_the_former_key_everybody_is_signed_out(alice_api: Api, settings: Settings) -> None:
    settings.SECRET_KEY = "another key, " * 5

    alice_api.get("me", expect=401)


def test_a_password_changed_meanwhile_still_ends_the_session(alice_api: Api, alice: User, settings: Settings) -> None:
    rotate(settings)
    alice.set_password("quite another one")
    alice.save()

    alice_api.get("me", expect=401)


def test_a_token_is_verified_again_only_after_a_rotation(
    alice_api: Api, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        alice_api.get("me")
    with django_assert_num_queries(1):
        alice_api.get("me")
    rotate(settings)
    alice_api.get("me")
    with django_assert_num_queries(1):
        alice_api.get("me")


def test_links_in_mails_still_work(alice: User, settings: Settings, mailoutbox: list[EmailMessage]) -> None:
    unsubscribe = unsubscribing.unsubscribe_token(alice)
    Client().post(reverse("account_reset_password"), {"email": alice.email})
    line = next(line for line in mailoutbox[0].body.splitlines() if line.startswith("http"))
    rotate(settings)

    assert Client().get(reverse("courses:summary-unsubscribe", args=[unsubscribe])).status_code == 200
    form: Any = Client().get(line.removeprefix("http://testserver"), follow=True)
    assert 'name="password1"' in form.text


@pytest.mark.parametrize("is_rotated", [False, True])
def test_a_known_device_stays_known(alice: User, settings: Settings, is_rotated: bool) -> None:
    browser = Client()
    credentials = {"login": alice.email, "password": PASSWORD}
    browser.post(reverse("account_login"), credentials)
    browser.post(reverse("account_logout"))
    for _try in range(5):
        Client().post(reverse("account_login"), {**credentials, "password": "wrong"})
    if is_rotated:
        rotate(settings)

    assert browser.post(reverse("account_login"), credentials).status_code == 302
