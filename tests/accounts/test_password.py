"""Resetting a forgotten password, and changing one."""

from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.api import api_for
from tests.factories import PASSWORD


class BrokenBackend(EmailBackend):
    """A mail backend whose connection fails."""

    def send_messages(self, messages: Any) -> int:
        raise SMTPServerDisconnected("gone")


def ask(client: Client, email: str) -> Any:
    return client.post(reverse("account_reset_password"), {"email": email}, headers={"Accept-Language": "en"})


def link_in(mail: EmailMessage) -> str:
    line = next(line for line in mail.body.splitlines() if line.startswith("http"))
    return line.removeprefix("http://testserver")


def test_a_link_by_mail_sets_a_new_password_once(client: Client, alice: User, mailoutbox: list[EmailMessage]) -> None:
    token = api_for(alice)
    assert ask(client, "ALICE@example.com").headers["Location"] == reverse("account_reset_password_done")
    assert mailoutbox[0].to == [alice.email]
    path = link_in(mailoutbox[0])

    form = client.get(path, follow=True)
    changed = client.post(
        form.request["PATH_INFO"], {"password1": "quite another one", "password2": "quite another one"}
    )

    assert changed.headers["Location"] == reverse("account_reset_password_from_key_done")
    alice.refresh_from_db()
    assert alice.check_password("quite another one")
    # Sessions that were signed in with the old password have ended.
    token.get("me", expect=401)
    assert "too old" in Client().get(path, follow=True, headers={"Accept-Language": "en"}).content.decode()


def test_known_and_unknown_addresses_get_the_same_response(
    client: Client, alice: User, mailoutbox: list[EmailMessage]
) -> None:
    known, unknown = ask(client, alice.email), ask(client, "nobody@example.com")

    assert known.status_code == unknown.status_code
    assert known.headers["Location"] == unknown.headers["Location"]
    assert known.content == unknown.content
    assert [mail.to for mail in mailoutbox] == [[alice.email], ["nobody@example.com"]]


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
def test_a_mail_server_that_is_down_is_reported(alice: User, settings: Settings, email: str) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_password.BrokenBackend"

    response = ask(Client(), email)

    assert response.status_code == 503
    assert "could not be sent" in response.content.decode()


def test_too_many_requests_are_refused(client: Client, alice: User, mailoutbox: list[EmailMessage]) -> None:
    codes = [ask(client, alice.email).status_code for _try in range(6)]

    assert codes[:5] == [302] * 5
    assert codes[5] in (302, 429)
    assert len(mailoutbox) == 5


def test_changing_the_password_requires_the_old_one_and_sends_a_notification(
    alice_client: Client, alice: User, mailoutbox: list[EmailMessage]
) -> None:
    url = reverse("account_change_password")
    new = {"password1": "quite another one", "password2": "quite another one"}

    assert alice_client.post(url, {**new, "oldpassword": "wrong"}).status_code == 200
    assert alice_client.post(url, {**new, "oldpassword": PASSWORD}).status_code == 302

    alice.refresh_from_db()
    assert alice.check_password("quite another one")
    assert len(mailoutbox) == 1
    # This browser stays signed in.
    assert alice_client.get(reverse("accounts:settings")).status_code == 200


def test_a_notification_that_cannot_be_sent_does_not_undo_the_change(
    alice_client: Client, alice: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_password.BrokenBackend"

    response = alice_client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "quite another one", "password2": "quite another one"},
    )

    assert response.status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("quite another one")


def test_an_account_has_one_address(alice_client: Client, alice: User) -> None:
    # allauth's page for several addresses would take this one at once; ours asks for the password first.
    answer = alice_client.post("/accounts/email/", {"email": "second@example.com", "action_add": ""})
    assert "/accounts/reauthenticate/" in answer.headers["Location"]
    app = api_for(alice)

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        body = {"email": "second@example.com", "primary": True}
        app.call(method, "/_allauth/app/v1/account/email", body, expect=405)

    assert not EmailAddress.objects.filter(email="second@example.com").exists()
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/change/"])
def test_a_page_offers_the_reset_of_a_password_once(client: Client, alice: User, path: str) -> None:
    if "change" in path:
        client.force_login(alice)
    assert client.get(path).text.count('href="/accounts/password/reset/"') == 1
