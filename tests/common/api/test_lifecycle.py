"""Operations that are deprecated, and versions of apps that are too old."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from pytest_django import Settings

from courses.models import Activity
from tests.api import Api
from tests.contract import check, document

pytestmark = pytest.mark.django_db


def test_a_deprecated_operation_says_since_when_until_when_and_what_to_use(alice_api: Api, lesson: Activity) -> None:
    path, body = "courses/statistics/progress", {"activity": str(lesson.uuid), "done": True}
    for key in ({}, {"Idempotency-Key": "a"}, {"Idempotency-Key": "a"}):
        alice_api.post(path, body, headers=key)
        headers = alice_api.response.headers
        since = int(headers["Deprecation"].removeprefix("@"))
        assert headers["Deprecation"].startswith("@")
        assert parsedate_to_datetime(headers["Sunset"]).timestamp() > since
        assert headers["Link"] == '</api/v1/docs#course_progress_mark>; rel="deprecation"'

    alice_api.put(path, body)
    assert "Deprecation" not in alice_api.response.headers


def test_the_schema_marks_what_is_deprecated_and_names_operations_that_exist() -> None:
    operations = [each for item in document()["paths"].values() for each in item.values() if "operationId" in each]
    marked = [each for each in operations if each.get("deprecated")]
    assert "course_progress_mark_post" in {each["operationId"] for each in marked}
    for each in marked:
        answer = next(answer for code, answer in each["responses"].items() if code < "300")
        assert {"Deprecation", "Sunset"} <= set(answer["headers"])


@pytest.mark.parametrize(
    ("sent", "is_refused"),
    [
        ("ios/2.3.0", True),
        ("ios/2.3", True),
        ("iOS/1.99.99", True),
        ("ios/2.2.9 (iPhone; iOS 19.1)", True),
        ("ios/2.3.1", False),
        ("ios/2.10", False),
        ("ios/3", False),
        ("android/0.1", False),
        ("ios", False),
        ("ios/x", False),
        ("", False),
        ("/1.0", False),
        ("ios/9999999999999999999999", False),
        ("가/1", False),
    ],
)
def test_an_app_that_is_too_old_is_told_to_update(
    alice_api: Api, settings: Settings, sent: str, is_refused: bool
) -> None:
    settings.API_MIN_CLIENTS = {"ios": "2.3.1"}
    problem: Any = alice_api.get("me", expect=400 if is_refused else 200, headers={"X-Client-Version": sent})

    if is_refused:
        check("Problem", problem)
        assert (problem["type"], problem["minimum"]) == ("/problems/client-too-old", "2.3.1")


def test_without_the_setting_every_version_may_be_used(alice_api: Api) -> None:
    alice_api.get("me", headers={"X-Client-Version": "ios/0.0.1"})


def test_an_old_app_is_told_before_it_has_signed_in(api: Api, settings: Settings) -> None:
    settings.API_MIN_CLIENTS = {"ios": "2"}
    refused = api.get("me", expect=400, headers={"X-Client-Version": "ios/1", "Accept-Language": "ko"})
    assert refused["type"] == "/problems/client-too-old"
