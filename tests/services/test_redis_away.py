"""Redis is killed, or accepts connections and never answers: the site goes on, and says so."""

import logging
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common.caching import fail_open
from tests.app import App
from tests.factories import PASSWORD
from tests.product import Product, wait_for
from tests.services.conftest import PrivateRedis

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def shared_cache(private_redis: PrivateRedis, settings: Any) -> PrivateRedis:
    """A Redis of this test, which has answered once, as the cache of this process."""
    default = {**settings.CACHES["default"], "LOCATION": private_redis.url}
    settings.CACHES = {**settings.CACHES, "default": default}
    cache.set("counted", 3)
    return private_redis


@pytest.fixture
def silent(shared_cache: PrivateRedis) -> Iterator[PrivateRedis]:
    """The kernel still accepts its connections."""
    assert shared_cache.process is not None
    shared_cache.process.send_signal(signal.SIGSTOP)
    yield shared_cache
    shared_cache.process.send_signal(signal.SIGCONT)


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post(
        reverse("account_login"),
        {"login": "alice@example.com", "password": password},
        headers={"Accept-Language": "en"},
    )


def test_a_person_signs_in_on_the_page_without_redis(shared_cache: PrivateRedis, client: Client, alice: User) -> None:
    shared_cache.kill()
    assert sign_in(client).status_code == 302
    assert client.get(reverse("courses:course-list")).status_code == 200


def test_an_app_signs_in_without_redis(shared_cache: PrivateRedis, client: Client, alice: User) -> None:
    shared_cache.kill()
    answer = client.post(
        "/_allauth/app/v1/auth/login", {"email": alice.email, "password": PASSWORD}, content_type="application/json"
    )
    assert (answer.status_code, bool(answer.json()["meta"]["session_token"])) == (200, True)


def test_wrong_passwords_are_limited_without_redis(shared_cache: PrivateRedis, client: Client, alice: User) -> None:
    shared_cache.kill()
    for _ in range(5):
        assert "Too many failed" not in sign_in(client, "wrong").text
    assert "Too many failed" in sign_in(client, "wrong").text


def test_an_outage_is_said_once_in_the_log_and_its_end_too(
    shared_cache: PrivateRedis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fail_open, "CACHE_PAUSE", 0.01)

    def events(name: str) -> int:
        return sum(name in record.getMessage() for record in caplog.records)

    with caplog.at_level(logging.WARNING):
        shared_cache.kill()
        wait_for(lambda: cache.get("counted") is None)
        # Several pauses pass, and each ends with a try that fails.
        ends = time.monotonic() + 0.3
        wait_for(lambda: cache.get("counted") or time.monotonic() > ends, every=0.02)
        assert (events("cache_unreachable"), events("cache_reachable_again")) == (1, 0)
        shared_cache.start()
        wait_for(lambda: cache.get("counted") == 3)
    assert (events("cache_unreachable"), events("cache_reachable_again")) == (1, 1)


@pytest.fixture
def timeouts(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """The time-outs that requests have waited for. A pause does not end during a test on a slow machine."""
    waited: list[Exception] = []
    begin = fail_open.Outage.begin

    def counted(outage: fail_open.Outage, error: Exception) -> None:
        waited.append(error)
        begin(outage, error)

    monkeypatch.setattr(fail_open, "CACHE_PAUSE", 600)
    monkeypatch.setattr(fail_open.Outage, "begin", counted)
    return waited


def test_a_redis_that_never_answers_costs_its_timeout_once(silent: PrivateRedis, timeouts: list[Exception]) -> None:
    for number in range(20):
        cache.set(f"key-{number}", number)
    assert len(timeouts) == 1
    assert [cache.get(f"key-{number}") for number in range(20)] == list(range(20))


def test_a_person_signs_in_while_redis_never_answers(
    silent: PrivateRedis, client: Client, alice: User, timeouts: list[Exception]
) -> None:
    assert sign_in(client).status_code == 302
    assert len(timeouts) == 1


def test_an_entry_of_an_outage_is_not_there_in_the_next_one(
    shared_cache: PrivateRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """allauth's lock, for example: it is taken during an outage and released after it."""
    monkeypatch.setattr(fail_open, "CACHE_PAUSE", 0.01)
    shared_cache.kill()
    assert cache.add("lock", 1, 60)
    shared_cache.start()
    wait_for(lambda: cache.get("counted") == 3)
    cache.delete("lock")
    shared_cache.kill()
    assert cache.add("lock", 1, 60)


def test_clearing_the_cache_keeps_the_queue_and_the_neighbour(shared_cache: PrivateRedis) -> None:
    server = redis.Redis.from_url(shared_cache.url)
    kept = {b"baeum:celery", b"neighbour:1:counted"}
    for key in kept:
        server.set(key, 1)
    cache.clear()
    assert (cache.get("counted"), set(server.keys())) == (None, kept)


@pytest.mark.processes
def test_the_product_goes_on_without_redis_and_is_not_ready(product: Product, private_redis: PrivateRedis) -> None:
    product.environment |= {"REDIS_URL": private_redis.url}
    product.start().wait_until_ready()
    app = App(product.address).sign_in("student@example.com", "week2-demo")
    attempt = app.start_quiz("data-analytics-week-2")
    private_redis.kill()
    again = App(product.address).sign_in("student@example.com", "week2-demo")
    assert again.get(f"attempts/{attempt['uuid']}")["questions"][0]["response"]
    status, body = app.call("GET", "/readyz")
    assert (status, body["cache"], body["database"]) == (503, "unreachable", "ok")
    assert product.log.count("cache_unreachable") <= 2 + len(product.pids_of("celery"))
