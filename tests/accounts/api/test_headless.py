"""allauth's endpoints for apps know who is signed in by the token that they issued."""

from importlib.resources import files
from typing import Any

import pytest
import yaml
from allauth.account import app_settings
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from accounts.models import User
from accounts.sessions import SessionStore
from tests.contract import operations
from tests.factories import PASSWORD
from tests.lms.addresses import addresses

BASE = "/_allauth/app/v1/"
SECRET = "JBSWY3DPEHPK3PXP"


class App:
    """An app that has signed in by password."""

    def __init__(self, user: User) -> None:
        self.client = Client(headers={"Accept-Language": "en"})
        self.headers: dict[str, str] = {}
        answer = self.call("POST", "auth/login", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.content
        # An app keeps no cookies.
        self.client.cookies.clear()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = {"data": body, "content_type": "application/json"} if body is not None else {}
        answer: Any = getattr(self.client, method.lower())(f"{BASE}{path}", headers=self.headers, **data)
        # An answer with a token replaces the one before.
        if token := answer.json().get("meta", {}).get("session_token"):
            self.headers["X-Session-Token"] = token
        return answer

    def let_time_pass(self) -> None:
        """Move the sign-in back by as long as it counts for a change of how one signs in."""
        session = SessionStore(self.headers["X-Session-Token"])
        for record in (records := session[AUTHENTICATION_METHODS_SESSION_KEY]):
            record["at"] -= app_settings.REAUTHENTICATION_TIMEOUT + 1
        session[AUTHENTICATION_METHODS_SESSION_KEY] = records
        session.save()

    def reauthenticate(self) -> None:
        """Send the password again, which allauth requires before an authenticator changes."""
        assert self.call("POST", "auth/reauthenticate", {"password": PASSWORD}).status_code == 200


@pytest.fixture
def app(alice: User) -> App:
    return App(alice)


def current_code(secret: str = SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


# Each endpoint that needs a signed-in user, with a request that it accepts.
ACCEPTED: dict[str, list[tuple[str, Any]]] = {
    "auth/session": [("GET", None)],
    "auth/reauthenticate": [("POST", {"password": PASSWORD})],
    "auth/2fa/reauthenticate": [("POST", {"code": "the code"})],
    "account/password/change": [("POST", {"current_password": PASSWORD, "new_password": "quite another one"})],
    "account/email": [("GET", None)],
    "account/authenticators": [("GET", None)],
    "account/authenticators/totp": [("GET", None), ("DELETE", None)],
    "account/authenticators/recovery-codes": [("GET", None), ("POST", {})],
    "account/authenticators/webauthn": [("GET", None)],
    "auth/webauthn/reauthenticate": [("GET", None)],
}
# Endpoints for those who are not signed in yet.
ANONYMOUS = {
    "auth/password/request",
    "auth/password/reset",
    "auth/login",
    "auth/signup",
    "auth/email/verify",
    "auth/email/verify/resend",
    "auth/2fa/authenticate",
    "auth/webauthn/authenticate",
    "auth/webauthn/login",
    "config",
}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [(method, path, body) for path, calls in ACCEPTED.items() for method, body in calls],
)
def test_a_token_is_accepted_by_every_endpoint_that_needs_one(
    app: App, alice: User, method: str, path: str, body: Any
) -> None:
    if path.startswith(("auth/2fa", "account/authenticators")):
        TOTP.activate(alice, SECRET)
        RecoveryCodes.activate(alice)
        app.reauthenticate()
    if path == "auth/2fa/reauthenticate":
        body = {"code": current_code()}

    answer = app.call(method, path, body)

    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("path", [path for path in ACCEPTED if path != "auth/session"])
def test_without_a_token_the_same_endpoints_answer_401(client: Client, db: None, path: str) -> None:
    method, body = ACCEPTED[path][0]
    data = {"data": body, "content_type": "application/json"} if body is not None else {}

    assert getattr(client, method.lower())(f"{BASE}{path}", **data).status_code == 401


# Addresses of allauth for what does not exist here.
ABSENT = {
    "account/phone",
    "auth/phone/verify",
    "auth/phone/verify/resend",
    "auth/code/confirm",
    "tokens/refresh",
}


def test_every_endpoint_is_tried() -> None:
    found = {path.removeprefix("_allauth/app/v1/") for path in addresses("_allauth/app/v1/")}

    assert found - ABSENT == ACCEPTED.keys() | ANONYMOUS


def test_every_operation_that_allauth_describes_and_that_is_here_is_in_our_document() -> None:
    ours = {(method, path) for method, path, _spec in operations().values()}
    here = {f"{BASE}{path}" for path in ACCEPTED.keys() | ANONYMOUS}
    theirs = yaml.safe_load(files("allauth.headless.spec").joinpath("doc/openapi.yaml").read_text(encoding="utf-8"))
    for address, item in theirs["paths"].items():
        path = address.replace("{client}", "app")
        for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
            # Staff change addresses.
            if path in here and (path != f"{BASE}account/email" or method == "get"):
                assert (method.upper(), path) in ours


@pytest.mark.parametrize("path", sorted(ABSENT))
def test_what_does_not_exist_here_is_not_found(app: App, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert app.call(method, path, {} if method != "GET" else None).status_code == 404


def test_the_session_says_who_is_signed_in(app: App, alice: User) -> None:
    assert app.call("GET", "auth/session").json()["data"]["user"]["email"] == alice.email


def test_a_session_cookie_of_somebody_else_does_not_replace_the_token(app: App, alice: User, bob: User) -> None:
    app.client.force_login(bob)

    assert app.call("GET", "auth/session").json()["data"]["user"]["email"] == alice.email


def test_an_app_sets_up_an_authenticator(app: App, alice: User) -> None:
    offered = app.call("GET", "account/authenticators/totp")
    assert offered.status_code == 404
    secret = offered.json()["meta"]["secret"]
    app.let_time_pass()
    refused = app.call("POST", "account/authenticators/totp", {"code": current_code(secret)})
    assert refused.status_code == 401
    assert refused.json()["type"] == "/problems/reauthentication-required"
    app.reauthenticate()

    assert app.call("POST", "account/authenticators/totp", {"code": current_code(secret)}).status_code == 200
    assert Authenticator.objects.filter(user=alice, type=Authenticator.Type.TOTP).exists()


def test_a_fresh_sign_in_is_enough_to_set_one_up(app: App, alice: User) -> None:
    secret = app.call("GET", "account/authenticators/totp").json()["meta"]["secret"]

    assert app.call("POST", "account/authenticators/totp", {"code": current_code(secret)}).status_code == 200


def test_a_changed_password_gives_the_app_a_new_token(app: App, alice: User) -> None:
    body = {"current_password": PASSWORD, "new_password": "quite another one"}
    assert app.call("POST", "account/password/change", body).status_code == 200

    alice.refresh_from_db()
    assert alice.check_password("quite another one")
    assert app.call("GET", "auth/session").status_code == 200


def test_allauths_sign_out_ends_the_session(app: App) -> None:
    assert app.call("DELETE", "auth/session").status_code == 401
    assert app.call("GET", "auth/session").status_code in (401, 410)


def methods_by_address() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for method, path, _spec in operations().values():
        if path.startswith(BASE):
            found.setdefault(path, set()).add(method)
    return found


@pytest.mark.parametrize("path", methods_by_address())
def test_a_method_that_an_address_does_not_have_is_refused_before_the_body(app: App, path: str) -> None:
    known = methods_by_address()[path]
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - known:
        answer = app.client.generic(method, path, b'{"key": 7}', "application/json", headers=app.headers)
        assert answer.status_code == 405, (method, answer.content)
        assert answer.json()["type"] == "/problems/method-not-allowed"
        assert set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == known


@pytest.mark.parametrize(
    "operation", ["authenticator_app_add", "code_reauthenticate", "passkey_reauthenticate", "passkey_sign_in"]
)
def test_the_description_says_what_may_be_tried_too_often(app: App, alice: User, operation: str) -> None:
    method, path, spec = operations()[operation]
    if operation == "code_reauthenticate":
        TOTP.activate(alice, SECRET)
    if operation == "passkey_reauthenticate":
        app.call("GET", "auth/webauthn/reauthenticate")
    example = spec["requestBody"]["content"]["application/json"]["examples"]["request"]["value"]
    statuses = {app.call(method, path.removeprefix(BASE), example).status_code for _ in range(11)}

    assert 429 in statuses
    assert {str(status) for status in statuses} <= spec["responses"].keys()


@pytest.mark.parametrize("key", ["-", "-[-^Ca", " -x", "x", "zzzzzzzzzzzzz-x", "1-", "\x00-x", "--"])
def test_a_key_that_no_mail_contained_is_refused(client: Client, db: None, key: str) -> None:
    address = f"{BASE}auth/password/reset"

    read = client.get(address, headers={"X-Password-Reset-Key": key})
    body = {"key": key, "password": "nine patient herons"}
    used = client.post(address, body, content_type="application/json")

    assert (read.status_code, used.status_code) == (400, 400)
    assert read.json()["type"] == used.json()["type"] == "/problems/invalid"


@pytest.mark.parametrize("number", [str(2**63), str(-(2**63) - 1), "1e400", "-1e400"])
def test_a_number_that_no_column_can_hold_is_refused(app: App, number: str) -> None:
    app.reauthenticate()
    for method, body in (("DELETE", f'{{"authenticators": [{number}]}}'), ("PUT", f'{{"id": {number}, "name": "x"}}')):
        answer = app.client.generic(
            method, f"{BASE}account/authenticators/webauthn", body, "application/json", headers=app.headers
        )
        assert answer.status_code == 400, answer.content
        assert answer.json()["type"] == "/problems/malformed"


@pytest.mark.parametrize("value", [12345678.5, 1234567890, True, None, ["a"], {"a": 1}])
def test_what_should_be_a_text_and_is_none_is_refused(client: Client, db: None, value: Any) -> None:
    body = {"email": "new@example.com", "password": value}

    answer = client.post(f"{BASE}auth/signup", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/invalid"
    assert [error["param"] for error in answer.json()["errors"]] == ["password"]
    assert not User.objects.filter(email="new@example.com").exists()
