"""Multi-factor authentication of staff."""

from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.api import Api
from tests.factories import PASSWORD


@pytest.fixture
def enforced(settings: Settings) -> None:
    settings.STAFF_MFA = True


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def sign_in(client: Client, user: User) -> Any:
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": "/admin/"})


@pytest.mark.usefixtures("enforced")
def test_staff_without_an_authenticator_are_redirected_to_set_one_up(client: Client, ines: User) -> None:
    sign_in(client, ines)

    for url in ("/admin/", "/admin/courses/course/", "/admin/nothing-here/"):
        response = client.get(url)
        assert response.status_code == 302
        assert response.headers["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("courses:course-list")).status_code == 200


@pytest.mark.usefixtures("enforced")
def test_an_authenticator_opens_the_admin_and_is_required_at_the_next_sign_in(client: Client, ines: User) -> None:
    sign_in(client, ines)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert b"data:image/svg+xml" in page.content
    secret = client.session["mfa.totp.secret"]

    activated = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})

    assert activated.status_code == 302, activated.content
    assert client.get(activated.headers["Location"]).status_code == 200
    assert client.get("/admin/").status_code == 200
    again = Client()
    assert sign_in(again, ines).headers["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in again.session
    assert again.get(reverse("mfa_authenticate")).status_code == 200


@pytest.mark.usefixtures("enforced")
def test_the_app_asks_for_the_code_too(api: Api, ines: User) -> None:
    secret = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=ines, type=Authenticator.Type.TOTP, data={"secret": secret})
    TOTP(Authenticator.objects.get())

    first = api.client.post(
        "/_allauth/app/v1/auth/login", {"email": ines.email, "password": PASSWORD}, content_type="application/json"
    )
    assert first.status_code == 401
    api.headers["X-Session-Token"] = first.json()["meta"]["session_token"]
    api.get("me", expect=401)

    second = api.client.post(
        "/_allauth/app/v1/auth/2fa/authenticate",
        {"code": code("JBSWY3DPEHPK3PXP")},
        content_type="application/json",
        headers=api.headers,
    )
    assert second.status_code == 200
    api.headers["X-Session-Token"] = second.json()["meta"]["session_token"]
    assert api.get("me")["is_instructor"] is True


def test_students_cannot_open_the_admin_whatever_the_setting(alice_client: Client, settings: Settings) -> None:
    for enforced in (False, True):
        settings.STAFF_MFA = enforced
        assert alice_client.get("/admin/").status_code in (302, 403)
        assert alice_client.get("/admin/login/").status_code == 403


def test_staff_need_no_authenticator_if_the_setting_is_off(ines: User) -> None:
    client = Client()
    client.force_login(ines)

    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("name", ["mfa_index", "account_reauthenticate", "account_change_password"])
def test_allauths_pages_use_our_layout(client: Client, alice: User, name: str) -> None:
    client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD})

    page = client.get(reverse(name)).content.decode()

    assert '<div class="card narrow">' in page
    assert page.count("<h1") == 1
    assert " style=" not in page
