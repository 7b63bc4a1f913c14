"""What every test gets, and which tests need something that a machine may not have."""

import os
import shutil
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

pytest_plugins = ["tests.cast", "tests.api", "tests.smtp", "tests.product"]

# `--hypothesis-profile nightly`: the long runs, see docs/reliability.md.
hypothesis_settings.register_profile(
    "nightly", max_examples=1000, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

if CHROMIUM:
    # Playwright's own event loop runs in the test's thread, where Django would refuse the database.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    services = pytest.mark.skip(reason="needs TEST_DATABASE_URL and TEST_REDIS_URL")
    browser = pytest.mark.skip(reason="needs Chromium (Debian: apt install chromium)")
    told = os.environ.get("TEST_DATABASE_URL") and os.environ.get("TEST_REDIS_URL")
    for item in items:
        if "services" in item.keywords and not told:
            item.add_marker(services)
        if "e2e" in item.keywords and not CHROMIUM:
            item.add_marker(browser)


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Rate limits live in the cache: one test's wrong passwords are not another's."""
    if settings.REDIS_URL:
        # cache.clear() would empty the whole database, with the broker's messages of the test process beside this one.
        server = redis.Redis.from_url(settings.REDIS_URL)
        keys = list(server.scan_iter(f"{settings.REDIS_PREFIX}:*", count=1000))
        if keys:
            server.delete(*keys)
        server.close()
    else:
        cache.clear()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests read the source's words, where nothing in them chooses a language."""
    with translation.override("en"):
        yield
