"""The view of an address of the API is found once, and what is no address is not remembered."""

import pytest

from courses.models import Activity
from lms import middleware
from tests.api import Api


@pytest.fixture(autouse=True)
def forgotten() -> None:
    middleware._find_view.cache_clear()


def test_an_address_is_resolved_once(alice_api: Api, lesson: Activity) -> None:
    first = alice_api.get(f"lessons/{lesson.uuid}")
    assert alice_api.get(f"lessons/{lesson.uuid}")["uuid"] == first["uuid"]

    assert alice_api.response.resolver_match.url_name == "api-lesson-detail"
    assert middleware._find_view.cache_info().hits == 1


def test_a_text_that_is_no_address_is_not_remembered(alice_api: Api) -> None:
    for _twice in range(2):
        alice_api.get("lessons/nothing/at/all", expect=404)

    assert middleware._find_view.cache_info().currsize == 0
