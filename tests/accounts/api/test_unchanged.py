"""A client that has the current state gets its 304 at once, and it is the answer that the view would give."""

import logging
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.api import unchanged
from accounts.models import User
from common.api import rates
from courses.models import Course, Enrolment
from tests.api import Api

PATH = "/api/v1/courses/statistics/outline"


@pytest.fixture(autouse=True)
def enrolled(enrolment: Enrolment) -> None:
    """Alice is in the course."""


def ask(api: Api, tag: str = "", **headers: str) -> Any:
    conditions = {"If-None-Match": tag} if tag else {}
    return api.client.get(PATH, headers={**api.headers, **conditions, **headers})


@pytest.mark.parametrize("headers", [{}, {"Accept-Language": "ko"}, {"Accept-Language": "fr, en;q=0.5"}])
@pytest.mark.parametrize("language", ["", "ko", "en"])
def test_it_is_the_answer_of_the_view(
    alice_api: Api, monkeypatch: pytest.MonkeyPatch, language: str, headers: dict[str, str]
) -> None:
    User.objects.update(language=language)
    tag = ask(alice_api, **headers).headers["ETag"]

    at_once = ask(alice_api, tag, **headers)
    monkeypatch.setattr(unchanged, "find_answer", lambda *arguments: None)
    by_view = ask(alice_api, tag, **headers)

    assert at_once.status_code == by_view.status_code == 304
    assert at_once.content == by_view.content == b""
    assert dict(at_once.headers) == dict(by_view.headers)


def test_it_takes_two_queries(alice_api: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tag = ask(alice_api).headers["ETag"]
    with django_assert_num_queries(2):
        assert ask(alice_api, tag).status_code == 304


def test_a_client_with_an_older_state_gets_the_new_one(
    alice_api: Api, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tag = ask(alice_api).headers["ETag"]
    course.save()
    ask(alice_api)

    # The user with the session; the state twice; what is done.
    with django_assert_num_queries(4):
        answer = ask(alice_api, tag)
    assert answer.status_code == 200
    assert answer.headers["ETag"] != tag


def test_the_tag_of_another_language_is_not_current(alice_api: Api) -> None:
    tag = ask(alice_api, **{"Accept-Language": "ko"}).headers["ETag"]

    assert ask(alice_api, tag, **{"Accept-Language": "en"}).status_code == 200


def test_the_tag_of_another_person_is_not_current(alice_api: Api, bob_api: Api) -> None:
    tag = ask(alice_api).headers["ETag"]

    assert ask(bob_api, tag).status_code == 404
    assert ask(bob_api, "*").status_code == 404


def test_a_token_that_is_not_valid_is_refused(alice_api: Api) -> None:
    tag = ask(alice_api).headers["ETag"]
    User.objects.update(is_active=False)

    assert ask(alice_api, tag).status_code == 401
    assert ask(alice_api, tag, **{"X-Session-Token": "nothing"}).status_code == 401


def test_it_counts_towards_the_limit(alice_api: Api, settings: Settings) -> None:
    settings.API_RATE = 3
    rates.PEOPLE._counts.clear()
    tag = ask(alice_api).headers["ETag"]

    answers = [ask(alice_api, tag) for _request in range(3)]

    assert [answer.status_code for answer in answers] == [304, 304, 429]
    assert "Retry-After" in answers[-1].headers


def test_an_app_that_is_too_old_is_refused(alice_api: Api, settings: Settings) -> None:
    tag = ask(alice_api).headers["ETag"]
    settings.API_MIN_CLIENTS = {"ios": "2.0"}

    assert ask(alice_api, tag, **{"X-Client-Version": "ios/1.0"}).status_code == 400


def test_another_host_is_refused(alice_api: Api, settings: Settings) -> None:
    tag = ask(alice_api).headers["ETag"]
    settings.ALLOWED_HOSTS = ["testserver"]

    assert ask(alice_api, tag, Host="elsewhere.example").status_code == 400


def test_a_browser_with_a_session_has_no_part_in_it(alice_api: Api, alice: User) -> None:
    tag = ask(alice_api).headers["ETag"]
    browser = Client()
    browser.force_login(alice)

    assert browser.get(PATH, headers={"If-None-Match": tag}).status_code == 401


def test_it_is_logged_if_requests_are_logged(alice_api: Api, caplog: pytest.LogCaptureFixture) -> None:
    tag = ask(alice_api).headers["ETag"]
    name = "django_structlog.middlewares.request"

    with caplog.at_level(logging.INFO, logger=name):
        assert ask(alice_api, tag).status_code == 304

    messages: list[Any] = [record.msg for record in caplog.records if record.name == name]
    assert [message["event"] for message in messages] == ["request_started", "request_finished"]


@pytest.mark.parametrize("method", ["head", "options", "delete"])
def test_other_methods_go_their_way(alice_api: Api, method: str) -> None:
    tag = ask(alice_api).headers["ETag"]
    answer = getattr(alice_api.client, method)(PATH, headers={**alice_api.headers, "If-None-Match": tag})

    assert answer.status_code == {"head": 304, "options": 204, "delete": 405}[method]


def test_an_address_of_nothing_is_404(alice_api: Api) -> None:
    answer = alice_api.client.get("/api/v1/nothing/here", headers={**alice_api.headers, "If-None-Match": "*"})

    assert answer.status_code == 404
