"""Fixtures for every test, and skips for tests that need services or programs that are missing."""

import os
import shutil
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
import redis
from django.conf import settings
from django.core.cache import cache, caches
from django.db.backends.base.operations import BaseDatabaseOperations
from django.template import Engine
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.audit import origins
from bench.weight import find_chromium
from common.caching import fail_open
from tests.audit_tables import flush_without_triggers
from tests.clients import tools
from tests.peers import tools as peer_tools
from tests.template_names import MissingNames

pytest_plugins = [
    "tests.running",
    "tests.product",
    "tests.databases",
    "tests.migrating",
    "tests.cast",
    "tests.api",
    "tests.smtp",
    "tests.imap",
]

# `--hypothesis-profile nightly`: the long runs, see docs/reliability.md.
hypothesis_settings.register_profile(
    "nightly", max_examples=1000, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)

CHROMIUM = find_chromium()

if CHROMIUM:
    # Playwright runs an event loop in the test's thread; Django would refuse to use the database there.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


# A test that requests one of these uses the database of the settings.
DATABASE_FIXTURES = {"db", "transactional_db"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are `stored`, before `-m` chooses among them, and skip those whose programs or services are missing."""
    services = pytest.mark.skip(reason="needs TEST_DATABASE_URL and TEST_REDIS_URL")
    node = pytest.mark.skip(reason="needs Node (Debian: apt install nodejs)")
    browser = pytest.mark.skip(reason="needs Chromium (Debian: apt install chromium)")
    clients = pytest.mark.skip(reason=tools.MISSING)
    peers = pytest.mark.skip(reason=peer_tools.MISSING)
    has_services = os.environ.get("TEST_DATABASE_URL") and os.environ.get("TEST_REDIS_URL")
    for item in items:
        if "django_db" in item.keywords or DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stored)
        if "services" in item.keywords and not has_services:
            item.add_marker(services)
        if "node" in item.keywords and not shutil.which("node"):
            item.add_marker(node)
        if "e2e" in item.keywords and not CHROMIUM:
            item.add_marker(browser)
        if "clients" in item.keywords and not tools.are_installed():
            item.add_marker(clients)
        if "peers" in item.keywords and not peer_tools.are_installed():
            item.add_marker(peers)


@pytest.fixture(scope="session", autouse=True)
def fast_passwords() -> Iterator[None]:
    """Hash passwords with MD5. Argon2 takes 29 ms on purpose, for each user that a test creates and each sign-in.

    `tests/accounts/test_hashing.py` tests the hashers of the settings.
    """
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def flushed_audit_log() -> Iterator[None]:
    """Let Django empty all tables after a test with transactions of its own."""
    with pytest.MonkeyPatch.context() as patch:
        wrapped = flush_without_triggers(BaseDatabaseOperations.execute_sql_flush)
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", wrapped)
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_listed_once() -> Iterator[None]:
    """Keep WhiteNoise's list of the static files, which every `Client` makes again at its first request, in 25 ms."""
    lists: dict[str, dict[str, Any]] = {}
    list_files = WhiteNoiseMiddleware.add_files_from_finders

    def add_files(middleware: Any) -> None:
        chosen = (middleware.static_prefix, middleware.max_age, settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS)
        if repr(chosen) not in lists:
            list_files(middleware)
            lists[repr(chosen)] = middleware.files
        middleware.files = lists[repr(chosen)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files)
        yield


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Clear the cache: it contains rate limits, and wrong passwords of one test must not count in another.

    An outage of the cache that a test has made is over, and what was counted meanwhile is forgotten. So are rows of the
    audit log that a test has committed and emptied.
    """
    for outage in fail_open._outages.values():
        outage.is_running = False
    cache._local.clear()  # type: ignore[attr-defined]
    origins._known.clear()
    if settings.REDIS_URL:
        # Messages that a test left in the queue go too.
        server = redis.Redis.from_url(settings.REDIS_URL)
        keys = list(server.scan_iter(f"{settings.REDIS_PREFIX}:*", count=1000))
        if keys:
            server.delete(*keys)
        server.close()
    else:
        cache.clear()


class _RefusedCache:
    """A cache of a test that may not use one. Django closes it after each request."""

    def close(self, **_signal: object) -> None:
        pass

    def __getattr__(self, name: str) -> NoReturn:
        pytest.fail(f"This test uses the cache ({name}), so it must run on Redis, too: @pytest.mark.stored")


@pytest.fixture(autouse=True)
def refused_cache(request: pytest.FixtureRequest, fresh_cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that uses the cache without the mark `stored`: it would not run on Redis, and nobody would notice.

    pytest-django does the same for the database. Tests that start the product use a cache in processes of its own.
    """
    if not {"stored", "services", "processes", "e2e", "clients"}.intersection(request.node.keywords):
        monkeypatch.setattr(caches._connections, "default", _RefusedCache(), raising=False)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def missing_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test in which a template of this project printed a name that does not exist."""
    names = MissingNames()
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", names)
    yield
    assert names.found == set()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Use English, the language of the source, unless a test chooses another."""
    with translation.override("en"):
        yield
