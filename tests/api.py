"""Call the API as an app does: with a token and JSON. Each call asserts its status."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Enrolment


class Api:
    """Calls below /api/v1/. Each call asserts its status and, for refusals, the shape of the problem document."""

    def __init__(self, token: str = "") -> None:
        self.client = Client()
        self.headers = {"X-Session-Token": token} if token else {}

    def call(
        self, method: str, path: str, body: Any = None, *, expect: int = 200, headers: dict[str, str] | None = None
    ) -> Any:
        """Return the answer's JSON, None for 204. The response itself is in `self.response`."""
        self.response: Any = self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            data=b"" if body is None else body if isinstance(body, bytes) else _json(body),
            content_type="application/json",
            headers={**self.headers, **(headers or {})},
        )
        assert self.response.status_code == expect, (self.response.status_code, self.response.content[:500])
        if expect == 204:
            return None
        data = self.response.json()
        if expect >= 400:
            assert self.response.headers["Content-Type"] == "application/problem+json"
            assert data["type"].startswith("/problems/")
            assert data["status"] == expect
            assert data["title"]
        else:
            assert self.response.headers["Content-Type"] == "application/json"
        return data

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> Any:
        return self.call("POST", path, body, **kwargs)

    def put(self, path: str, body: Any = None, **kwargs: Any) -> Any:
        return self.call("PUT", path, body, **kwargs)

    def patch(self, path: str, body: Any = None, **kwargs: Any) -> Any:
        return self.call("PATCH", path, body, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> Any:
        return self.call("DELETE", path, **kwargs)


def _json(body: Any) -> bytes:
    return json.dumps(body, default=str).encode()


def api_for(user: User) -> Api:
    """Return a signed-in app. The token is the key of a session; tests/accounts/api tests signing in by password."""
    client = Client()
    client.force_login(user)
    return Api(client.session.session_key or "")


@pytest.fixture
def api() -> Api:
    """An app without a token."""
    return Api()


@pytest.fixture
def alice_api(enrolment: Enrolment) -> Api:
    return api_for(enrolment.user)


@pytest.fixture
def bob_api(bob: User) -> Api:
    return api_for(bob)
