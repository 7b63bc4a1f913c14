"""Requests of apps skip the middleware of pages; requests of pages do not."""

import logging
from typing import Any

import pytest
import structlog
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from structlog.testing import capture_logs

from lms import middleware
from tests.api import api_for
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_api_responses_do_not_vary_with_cookies(client: Client) -> None:
    response = client.get("/api/v1/me")
    assert response.status_code == 401
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not response.cookies


def test_a_session_cookie_does_not_sign_in_to_the_api(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/api/v1/me").status_code == 401
    # The documentation of the API is a page and needs the session.
    assert client.get("/api/v1/docs").status_code == 200
    client.logout()
    assert client.get("/api/v1/docs").status_code == 200


def test_pages_have_a_session_and_requests_of_apps_have_none(client: Client) -> None:
    assert client.get("/accounts/login/").wsgi_request.user == AnonymousUser()
    assert not hasattr(client.get("/api/v1/me").wsgi_request, "session")


def test_a_failed_request_of_an_app_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("courses.access.enrolments", broken)
    app = api_for(UserFactory())
    app.client.raise_request_exception = False

    with capture_logs() as logs:
        app.get("courses", expect=500)

    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["request_failed"]


@pytest.mark.parametrize("path", ["/api/v1/courses", "/accounts/login/"])
def test_requests_are_logged_if_the_log_level_keeps_them(
    client: Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = "django_structlog.middlewares.request"
    with caplog.at_level(logging.INFO, logger=name):
        client.get(path)
    # structlog logs a mapping.
    messages: list[Any] = [record.msg for record in caplog.records if record.name == name]
    assert [message["event"] for message in messages] == ["request_started", "request_finished"]
    caplog.clear()
    with caplog.at_level(logging.ERROR, logger=name):
        client.get(path)
    assert [record for record in caplog.records if record.name == name] == []
    assert structlog.contextvars.get_contextvars() == {}


def test_log_lines_contain_the_id_of_the_request() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        structlog.get_logger("test").warning("seen", **structlog.contextvars.get_contextvars())
        return HttpResponse()

    with capture_logs() as logs:
        middleware.RequestMiddleware(view)(RequestFactory().get("/api/v1/me"))
    assert len([line["request_id"] for line in logs if line["event"] == "seen"]) == 1
