"""Changes of how one signs in ask for the password again, but not directly after a sign-in."""

import pytest
from allauth.account import app_settings
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD

SECRET = "JBSWY3DPEHPK3PXP"
NEWCOMER = "newcomer@example.com"
CHANGES = ("mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn")


def sign_in(client: Client, user: User) -> None:
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302


def sign_up(client: Client) -> None:
    form = {"email": NEWCOMER, "password1": "correct horse battery", "password2": "correct horse battery"}
    assert client.post(reverse("account_signup"), form).status_code == 302


def let_time_pass(client: Client) -> None:
    """Move what the session remembers of passwords and codes back by as long as they count."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {**record, "at": record["at"] - app_settings.REAUTHENTICATION_TIMEOUT - 1}
        for record in session[AUTHENTICATION_METHODS_SESSION_KEY]
    ]
    session.save()


@pytest.mark.parametrize("page", CHANGES)
def test_a_fresh_sign_in_is_enough(client: Client, alice: User, page: str) -> None:
    sign_in(client, alice)
    assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", CHANGES)
def test_a_fresh_sign_up_is_enough(client: Client, db: None, page: str) -> None:
    sign_up(client)
    assert client.get(reverse(page)).status_code == 200


def test_a_sign_up_of_a_while_ago_is_not(client: Client, db: None) -> None:
    sign_up(client)
    let_time_pass(client)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_a_sign_in_of_a_while_ago_is_not(client: Client, alice: User) -> None:
    sign_in(client, alice)
    let_time_pass(client)
    page = reverse("mfa_activate_totp")
    assert client.get(page).headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(page).status_code == 200


def test_a_sign_in_with_a_second_step_counts_from_the_second_step(client: Client, alice: User) -> None:
    TOTP.activate(alice, SECRET)
    sign_in(client, alice)
    let_time_pass(client)
    code = format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200


def test_half_a_sign_in_changes_nothing(client: Client, alice: User) -> None:
    TOTP.activate(alice, SECRET)
    sign_in(client, alice)
    assert client.get(reverse("mfa_deactivate_totp")).headers["Location"].startswith(reverse("account_login"))


def test_a_sign_in_of_another_session_does_not_count(client: Client, alice: User) -> None:
    client.force_login(alice)
    sign_in(Client(), alice)
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
