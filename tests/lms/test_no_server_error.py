"""No address of the site or of a package that it includes answers any method with a server error, to anybody."""

import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accounts.models import User
from courses.models import Enrolment
from tests.api import api_for
from tests.lms.addresses import addresses

WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
# The addresses by package. Every address is in one of the groups.
GROUPS: dict[str, tuple[str, ...]] = {
    "headless": ("_allauth/",),
    "sign-in": ("accounts/",),
    "api": ("api/",),
    "admin": ("admin/",),
    "pages": ("",),
}
# A body with every field that an endpoint of allauth reads.
PLAUSIBLE = json.dumps(
    {
        "email": "new@example.com", "password": "quite another one", "current_password": "correct horse battery",
        "new_password": "quite another one", "key": "abc-def", "code": "123456", "phone": "+821012345678",
        "primary": True, "refresh_token": "x",
    }
).encode()  # fmt: skip
# Values of placeholders. What they name does not exist; test_access opens what exists.
VALUES = {
    "uuid": "0b9f8a3c-6c1e-4d7a-9a55-0d5f6f7e8a90", "slug": "statistics", "int": "1", "str": "1", "path": "1",
    "key": "abc-def", "uidb36": "1", "url": "courses/course/", "app_label": "courses", "id": "1",
}  # fmt: skip


def group(path: str) -> str:
    return next(name for name, prefixes in GROUPS.items() if path.startswith(prefixes))


def fill(path: str) -> str:
    pieces = []
    for piece in path.split("<"):
        placeholder, closed, rest = piece.partition(">")
        pieces.append(VALUES[placeholder.split(":")[0]] + rest if closed else piece)
    return "/" + "".join(pieces)


class Undo(Exception):
    """Rolls a request back, so that it does not change what the next one finds."""


class Visitor:
    """Somebody who sends every request anew: with the same cookies, to the same rows, with no rate limit used up."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = {}
        if user:
            self.client.force_login(user)
            self.headers = api_for(user).headers
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    def send(self, method: str, url: str, body: bytes) -> int:
        cache.clear()
        self.client.cookies = SimpleCookie(self.cookies)
        status = 0
        try:
            with transaction.atomic():
                response: Any = self.client.generic(method, url, body, "application/json", headers=self.headers)
                status = response.status_code
                raise Undo
        except Undo:
            return status


@pytest.fixture(params=["anonymous", "student", "staff"])
def visitor(request: pytest.FixtureRequest, enrolment: Enrolment) -> Visitor:
    if request.param == "anonymous":
        return Visitor(None)
    is_staff = request.param == "staff"
    return Visitor(User.objects.create_superuser("root@example.com", "x") if is_staff else enrolment.user)


def requests(name: str) -> Iterator[tuple[str, str, bytes]]:
    """Yield (method, path, body) of every request to a group."""
    tried: set[str] = set()
    for path in [path for path in addresses() if group(path) == name]:
        # The admin serves its tables by the same few views, so one table gets every method. test_admin opens all with GET.
        view = path.split("/", 3)[-1] if name == "admin" else path
        for method in METHODS if view not in tried else ("POST",):
            yield method, path, b""
            if name in ("headless", "api") and method in WITH_BODY:
                yield method, path, b"{}"
                yield method, path, PLAUSIBLE
        tried.add(view)


@pytest.mark.parametrize("name", GROUPS)
def test_no_address_answers_with_a_server_error(visitor: Visitor, name: str) -> None:
    answers = {request: visitor.send(request[0], fill(request[1]), request[2]) for request in requests(name)}

    assert [(request, status) for request, status in answers.items() if status >= 500] == []


def test_every_address_is_in_a_group() -> None:
    assert {group(path) for path in addresses()} == GROUPS.keys()
