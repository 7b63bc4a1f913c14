"""Signing in with a passkey: what the pages offer, and what they answer to a credential that is none."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import User
from tests.accounts.api.test_headless import App
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LIST = "/accounts/2fa/webauthn/"


@pytest.fixture
def app(alice: User) -> App:
    return App(alice)


# Harmless shapes that are no credential.
BROKEN = [
    "",
    "x",
    "{}",
    "[]",
    "1",
    '"text"',
    '{"id": 5}',
    '{"response": {}}',
    '{"id": "AA", "rawId": "AA", "response": null}',
]


def test_the_sign_in_offers_a_passkey(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "en"}).text
    assert "Sign in with a passkey" in page
    assert 'id="mfa_login"' in page
    assert json.loads(client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"}).text)


@pytest.mark.parametrize("credential", BROKEN)
def test_a_credential_that_is_none_signs_nobody_in(client: Client, credential: str) -> None:
    client.get("/accounts/2fa/webauthn/login/")
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code in (200, 302, 400)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", [*(json.loads(text) for text in BROKEN if text not in ("", "x")), None])
@pytest.mark.parametrize(
    "path", ["auth/webauthn/login", "auth/webauthn/reauthenticate", "account/authenticators/webauthn"]
)
def test_an_app_is_told_that_its_credential_is_none(app: App, path: str, credential: object) -> None:
    app.reauthenticate()
    answer = app.call("POST", path, {"credential": credential, "name": "Phone"})
    assert answer.status_code in (400, 409)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("credential", BROKEN)
def test_a_credential_that_is_none_adds_no_passkey(alice: User, alice_client: Client, credential: str) -> None:
    alice_client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert alice_client.get(f"{LIST}add/").status_code == 200
    answer = alice_client.post(f"{LIST}add/", {"name": "Phone", "credential": credential})
    assert answer.status_code == 200
    assert not Authenticator.objects.exists()


def test_the_account_lists_its_passkeys_and_nobody_elses(alice: User, bob: User, alice_client: Client) -> None:
    for user, name in ((alice, "My phone"), (bob, "Not mine")):
        Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": name, "credential": {"clientExtensionResults": {}}},
        )
    page = alice_client.get(LIST).text
    assert "My phone" in page
    assert "Not mine" not in page


def test_without_a_passkey_the_page_says_so(alice_client: Client) -> None:
    assert "You have no passkey yet." in alice_client.get(LIST).text
