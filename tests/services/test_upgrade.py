"""`./run upgrade` of the previous release and of this one on PostgreSQL."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.operations.backup import previous, upgrades
from tests.operations.backup.upgrades import Site
from tests.postgresql import new_database
from tests.product import Product

pytestmark = [pytest.mark.services, pytest.mark.processes]


def site_of(product: Product, url: str) -> Site:
    product.environment |= {"DATABASE_URL": url}

    def rows(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(connectable(url)) as database:
            return database.execute(query.encode()).fetchall()

    return Site(product, rows)


def connectable(url: str) -> str:
    return url.replace("postgres://", "postgresql://")


@pytest.fixture
def previous_site(product: Product) -> Iterator[Site]:
    """A site of the previous release."""
    with new_database() as url:
        product.home.mkdir()
        previous.load_postgresql(product.home, connectable(url))
        yield site_of(product, url)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The state folder and the database's name of a site that was upgraded from the previous release to this one. Copy both."""
    with new_database() as url:
        home = tmp_path_factory.mktemp("upgraded") / "home"
        home.mkdir()
        previous.load_postgresql(home, connectable(url))
        upgrades.make_current(site_of(Product(home, 0), url))
        yield home, urlsplit(url).path.removeprefix("/")


@pytest.fixture
def site(product: Product, upgraded: tuple[Path, str]) -> Iterator[Site]:
    """A site of this release, with the rows of the previous one. The next release adds two migrations to it, not a hundred."""
    home, database = upgraded
    shutil.copytree(home, product.home)
    with new_database(database) as url:
        yield site_of(product, url)


def connect(site: Site) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(connectable(site.product.environment["DATABASE_URL"]))


def test_the_previous_release_is_upgraded(previous_site: Site) -> None:
    code, output, errors = previous_site.run("upgrade")
    assert code == 0, errors
    assert "next_release.0002_fill_notes" in output
    assert previous_site.is_upgraded()
    assert previous_site.leftovers() == []
    upgrades.assert_verified(previous_site)


@pytest.mark.parametrize(
    ("what", "why"),
    [("fail", "the next release is broken"), ("spoil", "stored grades differ from the computed ones")],
)
def test_the_old_state_is_back_after_a_failure(site: Site, what: str, why: str) -> None:
    before = site.state()
    line = site.fails("upgrade", what=what)
    assert "the old state is back" in line
    assert why in line
    assert site.state() == before
    assert not site.has_notes()
    assert site.leftovers() == []
    # The backup was loaded with its sequences: the next rows get numbers of their own.
    assert site.run("upgrade")[0] == 0
    assert site.is_upgraded()
    upgrades.assert_verified(site)


def test_a_killed_upgrade_is_repaired_by_the_next(site: Site) -> None:
    before = site.state()
    site.kill_in_the_middle()
    assert site.leftovers() != []
    code, output, errors = site.run("upgrade", "--repair")
    assert (code, errors) == (0, "")
    assert "was interrupted. The state before it is back" in output
    assert site.state() == before
    assert site.leftovers() == []
    assert site.run("upgrade")[0] == 0
    assert site.is_upgraded()


def test_an_upgrade_does_not_begin_while_another_program_is_connected(site: Site) -> None:
    before = site.state()
    with closing(connect(site)):
        assert "1 other program is connected to the database" in site.fails("upgrade")
    assert site.state() == before
    assert site.leftovers() == []


def test_an_upgrade_of_a_database_that_cannot_be_reached_is_one_line(site: Site) -> None:
    site.product.environment["DATABASE_URL"] = "postgres://postgres@127.0.0.1:1/baeum"
    assert "The database cannot be reached" in site.fails("upgrade")
    assert site.leftovers() == []
