"""allauth's endpoints for apps refuse with problem documents that still contain allauth's own members."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import User
from tests.api import Api
from tests.factories import PASSWORD

BASE = "/_allauth/app/v1"


def test_a_wrong_password(api: Api, alice: User) -> None:
    problem = api.post(f"{BASE}/auth/login", {"email": alice.email, "password": "wrong"}, expect=400)

    assert problem["type"] == "/problems/invalid"
    assert [error["code"] for error in problem["errors"]] == ["email_password_mismatch"]


def test_nobody_signed_in(api: Api, db: None) -> None:
    problem = api.get(f"{BASE}/auth/session", expect=401)

    assert problem["type"] == "/problems/not-authenticated"
    assert api.response.headers["WWW-Authenticate"] == "X-Session-Token"
    assert {"id": "login"} in problem["data"]["flows"]


def test_a_code_that_is_still_required(api: Api, alice: User) -> None:
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")

    problem = api.post(f"{BASE}/auth/login", {"email": alice.email, "password": PASSWORD}, expect=401)

    assert problem["type"] == "/problems/sign-in-incomplete"
    assert problem["meta"]["session_token"]


def test_an_ended_session(alice_api: Api) -> None:
    alice_api.delete("session", expect=204)

    assert alice_api.get(f"{BASE}/auth/session", expect=410)["type"] == "/problems/session-ended"


def test_no_authenticator(alice_api: Api) -> None:
    problem = alice_api.get(f"{BASE}/account/authenticators/totp", expect=404)

    assert problem["type"] == "/problems/no-authenticator"
    assert problem["meta"]["secret"]


def test_a_request_out_of_turn(api: Api, db: None) -> None:
    problem = api.post(f"{BASE}/auth/email/verify/resend", {}, expect=409)

    assert problem["type"] == "/problems/conflict"


def test_a_closed_sign_up(api: Api, db: None, settings: Any) -> None:
    settings.SIGNUP = "closed"
    body = {"email": "new@example.com", "password": "a long enough one"}

    assert api.post(f"{BASE}/auth/signup", body, expect=403)["type"] == "/problems/forbidden"


@pytest.mark.parametrize("body", [[], 1, "text"])
def test_a_body_that_is_not_an_object(api: Api, db: None, body: Any) -> None:
    assert api.post(f"{BASE}/auth/login", body, expect=400)["type"] == "/problems/malformed"


def test_a_method_that_the_address_does_not_support(api: Api, db: None) -> None:
    assert api.get(f"{BASE}/auth/login", expect=405)["type"] == "/problems/method-not-allowed"
    assert api.response.headers["Allow"]


def test_too_many_requests(alice_api: Api) -> None:
    body = {"current_password": "wrong", "new_password": "quite another one"}
    for _try in range(5):
        alice_api.post(f"{BASE}/account/password/change", body, expect=400)

    problem = alice_api.post(f"{BASE}/account/password/change", body, expect=429)

    assert problem["type"] == "/problems/throttled"
    assert alice_api.response.headers["Retry-After"] == "60"


def test_too_many_codes_of_an_authenticator(api: Api, alice: User) -> None:
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    answer = api.post(f"{BASE}/auth/login", {"email": alice.email, "password": PASSWORD}, expect=401)
    api.headers["X-Session-Token"] = answer["meta"]["session_token"]
    for _try in range(5):
        api.post(f"{BASE}/auth/2fa/authenticate", {"code": "000000"}, expect=400)

    api.post(f"{BASE}/auth/2fa/authenticate", {"code": "000000"}, expect=429)

    assert api.response.headers["Retry-After"] == "300"


def test_every_type_is_explained_on_its_page(api: Api, db: None) -> None:
    for slug in ("sign-in-incomplete", "reauthentication-required", "session-ended", "no-authenticator", "conflict"):
        assert api.client.get(f"/problems/{slug}").status_code == 200
