"""Requests that are wrong in form, size or time, with and without the headers of the conventions."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session

from accounts.models import IdempotentRequest
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from tests.api import Api

pytestmark = pytest.mark.django_db
WITH_KEY = {"Idempotency-Key": "a"}


@pytest.fixture
def start(quiz: Quiz) -> str:
    return f"quizzes/{quiz.activity.uuid}/attempts"


@pytest.mark.parametrize("headers", [{}, WITH_KEY], ids=["plain", "with-key"])
def test_fifty_megabytes_are_refused_and_nothing_happens(alice_api: Api, start: str, headers: dict[str, str]) -> None:
    body = b'{"access_code": "' + b"x" * (50 * 1024 * 1024) + b'"}'

    assert alice_api.post(start, body, expect=413, headers=headers)["type"] == "/problems/body-too-large"
    assert not Attempt.objects.exists()
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"access_code": NaN}', b"[" * 100_000])
@pytest.mark.parametrize("headers", [{}, WITH_KEY, {"If-None-Match": '"x"'}], ids=["plain", "with-key", "conditional"])
def test_malformed_json_is_refused_and_nothing_happens(
    alice_api: Api, start: str, body: bytes, headers: dict[str, str]
) -> None:
    assert alice_api.post(start, body, expect=400, headers=headers)["type"] == "/problems/malformed"
    assert not Attempt.objects.exists()


def test_a_token_that_was_revoked_between_two_requests_gets_neither_an_answer_nor_304_nor_a_stored_one(
    alice_api: Api, start: str
) -> None:
    first = alice_api.post(start, {}, expect=201, headers=WITH_KEY)
    alice_api.get("courses/statistics/outline")
    tag = alice_api.response.headers["ETag"]
    Session.objects.all().delete()

    refused: list[Any] = [
        alice_api.get("courses/statistics/outline", expect=401),
        alice_api.get("courses/statistics/outline", expect=401, headers={"If-None-Match": tag}),
        alice_api.get("courses/statistics/outline", expect=401, headers={"If-None-Match": "*"}),
        alice_api.post(start, {}, expect=401, headers=WITH_KEY),
        alice_api.patch("me", {"name": "x"}, expect=401, headers={"If-Match": "*"}),
    ]

    assert {problem["type"] for problem in refused} == {"/problems/not-authenticated"}
    assert first["uuid"] not in str(refused)
    assert "ETag" not in alice_api.response.headers


def test_a_student_who_was_withdrawn_gets_404_for_what_was_current(alice_api: Api, start: str, quiz: Quiz) -> None:
    lesson = quiz.activity.course.modules.get().activities.filter(kind="lesson")[0]
    tags = {}
    for path in ("courses/statistics/outline", f"lessons/{lesson.uuid}", "courses/statistics/glossary"):
        alice_api.get(path)
        tags[path] = alice_api.response.headers["ETag"]
    quiz.activity.course.enrolments.update(status="withdrawn")

    for path, tag in tags.items():
        alice_api.get(path, expect=404, headers={"If-None-Match": tag})


def test_the_form_of_another_media_type_is_415_with_a_key_too(alice_api: Api, start: str) -> None:
    for headers in ({}, WITH_KEY):
        response: Any = alice_api.client.post(
            f"/api/v1/{start}", "a=b", content_type="text/plain", headers={**alice_api.headers, **headers}
        )
        assert response.status_code == 415
        assert response.json()["type"] == "/problems/unsupported-media-type"
