"""How many requests of the API one person or one address may send in a minute."""

from collections.abc import Iterator
from unittest import mock

import pytest
from django.core.cache import cache
from pytest_django import Settings
from rest_framework.exceptions import Throttled

from common.api.rates import RateLimit
from courses.models import Enrolment
from tests.api import Api, api_for

pytestmark = pytest.mark.stored

START = 1_800_000_000.0  # the beginning of a minute


@pytest.fixture
def clock() -> Iterator[mock.Mock]:
    cache.clear()
    with mock.patch("time.time", return_value=START) as now:
        yield now


def allowed(limit: RateLimit, key: str, tries: int) -> int:
    """How many of `tries` requests are allowed."""
    count = 0
    for _number in range(tries):
        try:
            limit.count(key)
        except Throttled:
            continue
        count += 1
    return count


@pytest.mark.parametrize("rate", [1, 2, 9, 10, 100])
def test_the_limit_holds_for_each_key_and_each_minute(clock: mock.Mock, settings: Settings, rate: int) -> None:
    settings.API_RATE = rate
    limit = RateLimit("API_RATE")

    assert allowed(limit, "alice", rate + 5) == rate
    assert allowed(limit, "bob", 1) == 1
    clock.return_value = START + 59
    assert allowed(limit, "alice", 5) == 0
    clock.return_value = START + 60
    assert allowed(limit, "alice", rate + 5) == rate


def test_the_refusal_says_when_the_minute_ends(clock: mock.Mock, settings: Settings) -> None:
    settings.API_RATE = 1
    clock.return_value = START + 12.5
    limit = RateLimit("API_RATE")
    limit.count("alice")

    with pytest.raises(Throttled) as refused:
        limit.count("alice")

    assert vars(refused.value)["wait"] == 48


def test_all_processes_together_reach_the_limit(clock: mock.Mock, settings: Settings) -> None:
    settings.API_RATE = 100
    processes = [RateLimit("API_RATE"), RateLimit("API_RATE")]

    together = 0
    for _turn in range(100):
        together += sum(allowed(process, "alice", 1) for process in processes)

    assert 100 <= together <= 120


def test_a_full_cache_refuses_nobody(clock: mock.Mock, settings: Settings) -> None:
    settings.API_RATE = 10
    with mock.patch.object(type(cache), "incr", side_effect=ValueError, create=True):
        assert allowed(RateLimit("API_RATE"), "alice", 12) == 10


def test_zero_is_no_limit(settings: Settings) -> None:
    settings.API_RATE = 0

    assert allowed(RateLimit("API_RATE"), "alice", 1000) == 1000


@pytest.mark.django_db
def test_a_person_with_too_many_requests_is_told_when_to_try_again(
    clock: mock.Mock, settings: Settings, enrolment: Enrolment, bob_api: Api
) -> None:
    alice_api = api_for(enrolment.user)
    settings.API_RATE = 3
    for _number in range(3):
        alice_api.get("me")

    refused = alice_api.get("me", expect=429)

    assert refused["type"] == "/problems/throttled"
    assert alice_api.response.headers["Retry-After"] == "60"
    bob_api.get("me")


@pytest.mark.django_db
def test_an_address_without_a_valid_token_is_limited_but_not_the_people_behind_it(
    clock: mock.Mock, settings: Settings, api: Api, alice_api: Api
) -> None:
    settings.API_ANONYMOUS_RATE = 3
    for token in ("", "wrong", ""):
        api.get("me", headers={"X-Session-Token": token}, expect=401)

    assert api.get("me", expect=429)["type"] == "/problems/throttled"
    alice_api.get("me")
