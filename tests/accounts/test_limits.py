"""Wrong passwords are limited by account and network address. A known device gets in."""

import time
from typing import Any
from unittest import mock

import pytest
from allauth.core.internal import ratelimit
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.sign_in import devices
from tests.factories import PASSWORD

LOGIN = "/_allauth/app/v1/auth/login"
OWNER, STRANGER = "192.0.2.10", "198.51.100.20"


@pytest.fixture(autouse=True)
def behind_a_proxy(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def by_page(
    address: str, email: str, password: str = PASSWORD, client: Client | None = None, language: str = "en"
) -> Any:
    return (client or Client()).post(
        reverse("account_login"),
        {"login": email, "password": password},
        headers={"X-Forwarded-For": address, "Accept-Language": language},
    )


def by_app(address: str, email: str, password: str = PASSWORD, **headers: str) -> Any:
    return Client().post(
        LOGIN,
        {"email": email, "password": password},
        content_type="application/json",
        headers={"X-Forwarded-For": address, "Accept-Language": "en", **headers},
    )


def signs_in(answer: Any) -> bool:
    return bool(answer.status_code in (200, 302) and "Retry-After" not in answer.headers)


def lock(address: str, email: str) -> None:
    for _try in range(5):
        assert by_page(address, email, "wrong").status_code == 200
    assert by_page(address, email, "wrong").status_code == 429


def test_after_five_wrong_passwords_the_page_says_how_long_to_wait(alice: User) -> None:
    lock(STRANGER, alice.email)

    answer = by_page(STRANGER, alice.email)

    assert answer.status_code == 429
    assert 295 <= int(answer.headers["Retry-After"]) <= 300
    assert "Too many failed sign-ins" in answer.text
    assert "Try again in 5 minutes." in answer.text


def test_the_page_says_it_in_korean(alice: User) -> None:
    lock(STRANGER, alice.email)

    assert "5분" in by_page(STRANGER, alice.email, language="ko").text


def test_after_five_wrong_passwords_an_app_gets_a_problem_document(alice: User) -> None:
    for _try in range(5):
        assert by_app(STRANGER, alice.email, "wrong").status_code == 400

    answer = by_app(STRANGER, alice.email)

    assert answer.status_code == 429
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/throttled"
    assert 295 <= int(answer.headers["Retry-After"]) <= 300


def test_a_strangers_wrong_passwords_do_not_lock_the_owner_out(alice: User) -> None:
    lock(STRANGER, alice.email)

    assert signs_in(by_page(OWNER, alice.email))


def test_one_persons_wrong_passwords_do_not_lock_the_campus_out(alice: User, bob: User) -> None:
    lock(STRANGER, alice.email)

    assert signs_in(by_page(STRANGER, bob.email))


def test_wrong_passwords_for_many_accounts_do_not_lock_the_campus_out(alice: User) -> None:
    with mock.patch.object(User, "set_password"):  # allauth hashes for unknown accounts; only the count matters here
        for number in range(150):
            by_page(STRANGER, f"nobody{number}@example.com", "wrong")

    assert signs_in(by_page(STRANGER, alice.email))


def test_the_right_password_from_a_known_browser_gets_in(alice: User) -> None:
    browser = Client()
    assert signs_in(by_page(OWNER, alice.email, client=browser))
    browser.post(reverse("account_logout"))
    lock(OWNER, alice.email)

    assert signs_in(by_page(OWNER, alice.email, client=browser))


def test_the_right_password_from_a_known_app_gets_in(alice: User) -> None:
    token = by_app(OWNER, alice.email).headers[devices.HEADER]
    lock(OWNER, alice.email)

    assert not signs_in(by_app(OWNER, alice.email))
    assert signs_in(by_app(OWNER, alice.email, **{devices.HEADER: token}))


def test_a_device_is_known_to_those_only_who_signed_in_on_it(alice: User, bob: User) -> None:
    browser = Client()
    assert signs_in(by_page(STRANGER, bob.email, client=browser))
    browser.post(reverse("account_logout"))
    lock(STRANGER, alice.email)

    assert not signs_in(by_page(STRANGER, alice.email, client=browser))


def test_a_shared_device_is_known_to_everybody_who_signed_in_on_it(alice: User, bob: User) -> None:
    browser = Client()
    for user in (alice, bob):
        assert signs_in(by_page(OWNER, user.email, client=browser))
        browser.post(reverse("account_logout"))
    lock(OWNER, alice.email)

    assert signs_in(by_page(OWNER, alice.email, client=browser))


def test_a_known_device_has_a_limit_too(alice: User) -> None:
    browser = Client()
    assert signs_in(by_page(OWNER, alice.email, client=browser))
    browser.post(reverse("account_logout"))
    for _try in range(5):
        by_page(OWNER, alice.email, "wrong", client=browser)

    assert by_page(OWNER, alice.email, client=browser).status_code == 429


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c", "x" * 5000, "한글"])
def test_a_forged_device_token_is_ignored(alice: User, token: str) -> None:
    lock(OWNER, alice.email)

    assert not signs_in(by_app(OWNER, alice.email, **{devices.HEADER: token}))


def test_the_device_cookie_is_not_readable_by_scripts_and_lasts_a_year(alice: User) -> None:
    cookie = by_page(OWNER, alice.email).cookies[django_settings.DEVICE_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 60 * 60 * 24 * 365)


def test_an_app_gets_no_cookie(alice: User) -> None:
    assert not by_app(OWNER, alice.email).cookies


def test_many_addresses_together_have_a_limit_for_one_account(alice: User) -> None:
    with mock.patch.object(User, "check_password", return_value=False):
        for number in range(100):
            assert by_page(f"203.0.113.{number}", alice.email, "wrong").status_code == 200

    assert by_page(OWNER, alice.email).status_code == 429


def test_other_spellings_of_an_address_give_no_further_attempts(alice: User) -> None:
    lock(STRANGER, alice.email)

    assert by_page(STRANGER, "ALICE@Example.com").status_code == 429


def test_a_forged_forwarding_header_gives_no_further_attempts(alice: User) -> None:
    # The proxy appends the address that it sees, so only the last one counts.
    for number in range(5):
        by_page(f"203.0.113.{number}, {STRANGER}", alice.email, "wrong")

    assert by_page(f"203.0.113.99, {STRANGER}", alice.email).status_code == 429


def test_right_passwords_are_not_counted(alice: User) -> None:
    for _try in range(8):
        assert signs_in(by_page(OWNER, alice.email))


def test_the_limit_ends_when_the_time_is_over(alice: User) -> None:
    lock(STRANGER, alice.email)
    over = time.time() + int(by_page(STRANGER, alice.email).headers["Retry-After"])

    with mock.patch.object(ratelimit.time, "time", return_value=over):
        assert signs_in(by_page(STRANGER, alice.email))


def test_a_reset_password_can_be_used_at_once(alice: User, mailoutbox: list[EmailMessage]) -> None:
    lock(OWNER, alice.email)
    client = Client(headers={"X-Forwarded-For": OWNER})
    client.post(reverse("account_reset_password"), {"email": alice.email})
    line = next(line for line in mailoutbox[0].body.splitlines() if line.startswith("http"))
    form: Any = client.get(line.removeprefix("http://testserver"), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "quite another one", "password2": "quite another one"})

    assert signs_in(by_page(OWNER, alice.email, "quite another one"))


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password"])
def test_other_limits_say_how_long_to_wait_too(alice: User, name: str) -> None:
    client = Client(headers={"X-Forwarded-For": OWNER, "Accept-Language": "en"})
    answers: Any = [client.post(reverse(name), {"email": f"nobody{number}@example.com"}) for number in range(65)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Retry-After"] == "60"
    assert "Try again in 1 minute." in refused[0].text
