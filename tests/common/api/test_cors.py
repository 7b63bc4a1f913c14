"""Web apps of other sites: which origins may use the API, and what their browsers may send and read."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.api import Api

pytestmark = pytest.mark.django_db
APP = "https://app.example"
PREFLIGHT = {"Origin": APP, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-session-token"}


@pytest.fixture
def allowed(settings: Settings) -> None:
    settings.CORS_ORIGINS = [APP]


def names(value: str) -> set[str]:
    return {name.strip().lower() for name in value.split(",")}


def preflight(path: str = "/api/v1/me", **headers: str) -> Any:
    return Client().options(path, headers={**PREFLIGHT, **headers})


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/attempts/x/answers/y", "/_allauth/app/v1/auth/login"])
def test_a_browser_that_asks_is_told_what_it_may_send_without_a_token(path: str) -> None:
    answer = preflight(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert names(answer.headers["Access-Control-Allow-Methods"]) >= {"get", "post", "put", "patch", "delete"}
    assert names(answer.headers["Access-Control-Allow-Headers"]) >= {
        "content-type", "idempotency-key", "if-match", "if-none-match", "x-client-version", "x-session-token",
    }  # fmt: skip
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.usefixtures("allowed")
def test_an_app_may_read_answers_refusals_and_the_headers_of_the_conventions(alice_api: Api, api: Api) -> None:
    for client, expect in ((alice_api, 200), (api, 401)):
        client.get("me", expect=expect, headers={"Origin": APP})
        headers = client.response.headers
        assert headers["Access-Control-Allow-Origin"] == APP
        assert names(headers["Access-Control-Expose-Headers"]) >= {
            "etag", "link", "retry-after", "idempotent-replayed", "deprecation", "sunset", "location",
        }  # fmt: skip
        assert "Origin" in headers["Vary"]


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://app.example", "https://app.example.evil", "null", ""]
)
def test_another_origin_is_told_nothing(alice_api: Api, origin: str) -> None:
    assert preflight(Origin=origin).status_code == 401
    alice_api.get("me", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in alice_api.response.headers
    assert "Origin" in alice_api.response.headers["Vary"]


@pytest.mark.usefixtures("allowed")
def test_pages_are_not_for_other_sites(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/courses/", headers={"Origin": APP}).headers


def test_without_the_setting_no_origin_is_allowed(alice_api: Api) -> None:
    assert preflight().status_code == 401
    alice_api.get("me", headers={"Origin": APP})
    assert "Access-Control-Allow-Origin" not in alice_api.response.headers
    assert "Origin" not in alice_api.response.headers["Vary"]
