"""Which tests run on PostgreSQL and Redis, too: those marked `stored`."""

import pytest
from django.core.cache import cache


@pytest.mark.usefixtures("db")
def test_a_test_with_the_database_is_marked(request: pytest.FixtureRequest) -> None:
    assert "stored" in request.node.keywords


@pytest.mark.django_db
def test_a_test_with_the_database_by_its_mark_is_marked(request: pytest.FixtureRequest) -> None:
    assert "stored" in request.node.keywords


def test_a_test_without_the_mark_may_not_use_the_cache(request: pytest.FixtureRequest) -> None:
    assert "stored" not in request.node.keywords
    with pytest.raises(pytest.fail.Exception, match="it must run on Redis, too"):
        cache.get("counted")


@pytest.mark.stored
def test_a_test_with_the_mark_may_use_the_cache() -> None:
    cache.set("counted", 3)
    assert cache.get("counted") == 3
