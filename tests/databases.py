"""A pytest plug-in that migrates once: each process of pytest-xdist gets a copy as its database.

SQLite's is copied into memory. PostgreSQL copies one of its own databases.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_django
from django.db import connection
from django.db.backends.sqlite3.creation import DatabaseCreation

from tests import postgresql
from tests.product import migrate_once, shared_folder


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to migrate while the processes of pytest-xdist collect the tests."""
    config = session.config
    is_controller = config.pluginmanager.has_plugin("dsession")
    if is_controller and not config.option.collectonly:
        folder = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # the fixture's, which sessions lack
        migrate = migrate_once if connection.vendor == "sqlite" else postgresql.migrate_once
        threading.Thread(target=migrate, args=(folder,), daemon=True).start()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Ask the database what Django asks it once in each process, so that no test that counts queries counts this, too."""
    with django_db_blocker.unblock():
        assert connection.features.supports_json_field


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop the databases that were copied. The processes of pytest-xdist end before their controller."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if os.environ.get("TEST_DATABASE_URL") and not is_worker and not session.config.option.collectonly:
        postgresql.drop_templates()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Give a new database the tables of one that is migrated, so that `migrate` finds nothing to do. It takes 5 s or 8 s.

    One process that runs alone migrates its database itself, which saves it the start of another process.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    if connection.vendor == "postgresql":
        shared = shared_folder(request.getfixturevalue("tmp_path_factory"))
        connection.settings_dict["TEST"]["TEMPLATE"] = postgresql.migrate_once(shared)
        yield
        return
    migrated: Path = request.getfixturevalue("migrated_home")
    # The stubs leave it out.
    create: Callable[..., str] = vars(DatabaseCreation)["_create_test_db"]
    # A database in memory exists as long as a connection to it is open.
    kept: list[sqlite3.Connection] = []

    def create_full(creation: DatabaseCreation, *args: bool) -> str:
        name = create(creation, *args)
        memory = sqlite3.connect(name, uri=True)
        kept.append(memory)
        # Nobody writes to it. A connection that did not know that would make files beside it, which another process that copies
        # the folder would see come and go.
        source_uri = f"{(migrated / 'baeum.sqlite3').as_uri()}?immutable=1"
        with closing(sqlite3.connect(source_uri, uri=True)) as source:
            source.backup(memory)
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_create_test_db", create_full)
        yield
    for memory in kept:
        memory.close()
