"""The account by the API: `me`, the language of responses, sign-in and sign-out."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.api import Api
from tests.contract import check
from tests.factories import PASSWORD

LOGIN = "/_allauth/app/v1/auth/login"


def test_me_says_who_is_signed_in(alice_api: Api, alice: User) -> None:
    me = alice_api.get("me")

    check("Me", me)
    assert me == {
        "uuid": str(alice.uuid),
        "email": "alice@example.com",
        "name": "Alice",
        "language": "en",
        "time_zone": "Asia/Seoul",
        "wants_weekly_summary": True,
        "summary_day": 1,
        "weekly_goal": 0,
        "summary_time": "08:30",
        "is_instructor": False,
        "unread_messages": 0,
        "is_mail_stopped": False,
        "joined_at": alice.date_joined.isoformat().replace("+00:00", "Z"),
    }


def test_settings_can_be_changed_separately(alice_api: Api, alice: User) -> None:
    assert alice_api.patch("me", {"name": "앨리스"})["name"] == "앨리스"
    assert alice_api.patch("me", {"language": "", "wants_weekly_summary": False})["wants_weekly_summary"] is False
    assert alice_api.patch("me", {})["language"] == ""
    when = {"summary_day": 7, "summary_time": "20:30"}
    assert alice_api.patch("me", when).items() >= when.items()

    alice.refresh_from_db()
    assert alice.name == "앨리스"
    assert alice.language == ""
    assert alice.wants_weekly_summary is False
    assert (alice.summary_day, alice.summary_time) == (7, time(20, 30))


def test_fields_that_are_not_settings_cannot_be_changed(alice_api: Api, alice: User) -> None:
    body = {"email": "other@example.com", "is_instructor": True, "is_staff": True, "is_superuser": True, "name": "A"}

    problem = alice_api.patch("me", body, expect=400)

    assert problem["type"] == "/problems/invalid"
    assert set(problem["errors"]) == {"email", "is_instructor", "is_staff", "is_superuser"}
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert alice.is_staff is False
    assert alice.is_superuser is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"summary_day": 0}, "summary_day"),
        ({"summary_day": 8}, "summary_day"),
        ({"summary_time": "21:00"}, "summary_time"),
        ({"summary_time": "08:15"}, "summary_time"),
        ({"summary_time": "08:30:00"}, "summary_time"),
        ({"summary_time": 830}, "summary_time"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": "Asia"}, "time_zone"),
        ({"language": "xx"}, "language"),
        ({"name": "x" * 101}, "name"),
        ({"name": "🦉" * 300}, "name"),
        ({"name": "\x00"}, "name"),
        ({"name": None}, "name"),
        ({"wants_weekly_summary": "perhaps"}, "wants_weekly_summary"),
        ({"wants_weekly_summary": "true"}, "wants_weekly_summary"),
        ({"wants_weekly_summary": 1}, "wants_weekly_summary"),
        ({"name": 5}, "name"),
        ({"name": True}, "name"),
        ({"language": 0}, "language"),
        ({"time_zone": ""}, "time_zone"),
        ({"nmae": "Alice"}, "nmae"),
    ],
)
def test_an_invalid_field_is_named(alice_api: Api, body: dict[str, Any], field: str) -> None:
    problem = alice_api.patch("me", body, expect=400)

    check("Problem", problem)
    assert problem["type"] == "/problems/invalid"
    assert list(problem["errors"]) == [field]


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_a_body_that_is_not_an_object_is_refused(alice_api: Api, body: Any) -> None:
    alice_api.patch("me", b"null" if body is None else body, expect=400)


def test_responses_are_in_the_requested_language_else_in_the_users(alice_api: Api, api: Api) -> None:
    path = "courses/nothing-here/outline"
    english, korean = "There is nothing at this address.", "ko"

    assert alice_api.get(path, expect=404)["title"] == english
    assert alice_api.response.headers["Content-Language"] == "en"
    for header in ("fr", "*", "fr;q=0.9, de"):
        alice_api.get(path, expect=404, headers={"Accept-Language": header})
        assert alice_api.response.headers["Content-Language"] == "en"
    alice_api.get(path, expect=404, headers={"Accept-Language": "fr, ko-KR;q=0.5"})
    assert alice_api.response.headers["Content-Language"] == korean
    api.get(path, expect=401)
    assert api.response.headers["Content-Language"] == korean


def test_signing_in_by_password_and_out(api: Api, alice: User) -> None:
    answer = api.client.post(
        LOGIN, {"email": "Alice@Example.com", "password": PASSWORD}, content_type="application/json"
    ).json()
    assert answer["data"]["user"]["id"] == str(alice.uuid)
    api.headers["X-Session-Token"] = answer["meta"]["session_token"]
    assert api.get("me")["email"] == alice.email

    api.delete("session", expect=204)

    api.get("me", expect=401)
    api.delete("session", expect=401)


def test_allauths_own_sign_out_works_too(alice_api: Api) -> None:
    response = alice_api.client.delete("/_allauth/app/v1/auth/session", headers=alice_api.headers)

    assert response.status_code == 401
    alice_api.get("me", expect=401)


def test_a_wrong_password_and_an_unknown_address_get_the_same_response(client: Client, alice: User) -> None:
    answers = [
        client.post(LOGIN, {"email": email, "password": "wrong"}, content_type="application/json")
        for email in (alice.email, "nobody@example.com")
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000, "한글", "\u00e9"])
def test_an_invalid_token_is_401(db: None, token: str) -> None:
    api = Api()
    api.headers["X-Session-Token"] = token

    problem = api.get("me", expect=401)

    assert problem["type"] == "/problems/not-authenticated"
    assert api.response.headers["WWW-Authenticate"] == "X-Session-Token"


def test_a_disabled_account_is_401(alice_api: Api, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    alice_api.get("me", expect=401)


def test_a_changed_password_ends_other_sessions(alice_api: Api, alice: User) -> None:
    alice.set_password("quite another one")
    alice.save()

    alice_api.get("me", expect=401)


def test_the_token_of_an_unconfirmed_address_gives_no_access(api: Api, alice: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    answer = api.client.post(LOGIN, {"email": alice.email, "password": PASSWORD}, content_type="application/json")

    assert answer.status_code == 401
    api.headers["X-Session-Token"] = answer.json()["meta"]["session_token"]
    api.get("me", expect=401)


def test_a_session_cookie_does_not_authenticate_the_api(alice_client: Client) -> None:
    assert alice_client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b"[" * 100_000, 400), (b"\xff", 400),
        (b'{"email": "alice@example.com", "password": "\\ud800"}', 400),
        (b'{"email": "\\ud800@example.com", "password": "x"}', 400),
        (b'{"email": "a@b.co", "password": "%s"}' % (b"x" * 3_000_000), 413),
    ],
    ids=["half", "deep", "not-utf8", "surrogate-password", "surrogate-address", "huge"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["login", "signup"])
def test_malformed_input_to_allauth_is_refused(api: Api, alice: User, path: str, body: bytes, status: int) -> None:
    api.post(f"/_allauth/app/v1/auth/{path}", body, expect=status)


@pytest.mark.parametrize(
    "body",
    [
        [],
        1,
        {},
        {"email": [], "password": {}},
        {"email": {"a": 1}, "password": 5},
        {"email": "a\x00@example.com", "password": "x"},
    ],
)
def test_an_invalid_sign_in_is_400(client: Client, alice: User, body: Any) -> None:
    assert client.post(LOGIN, body, content_type="application/json").status_code == 400


def test_an_unknown_path_below_allauth_is_a_problem_document(api: Api, db: None) -> None:
    api.get("/_allauth/app/v1/nothing", expect=404)


def test_allauth_has_no_endpoints_for_browsers(client: Client, db: None) -> None:
    assert client.get("/_allauth/browser/v1/auth/session").status_code == 404
    assert client.get("/_allauth/app/v1/config").status_code == 200
