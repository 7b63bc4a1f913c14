"""A pytest plug-in that migrates SQLite once: each process of pytest-xdist copies the result into its database in memory."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.sqlite3.creation import DatabaseCreation

from tests.product import migrate_once


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to migrate while the processes of pytest-xdist collect the tests."""
    config = session.config
    is_controller = config.pluginmanager.has_plugin("dsession")
    if is_controller and not config.option.collectonly and connection.vendor == "sqlite":
        folder = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # the fixture's, which sessions lack
        threading.Thread(target=migrate_once, args=(folder,), daemon=True).start()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Give a new database in memory the tables of `migrated_home`, so that `migrate` finds nothing to do. It takes 5 s.

    One process that runs alone migrates its database itself, which saves it the start of another process.
    """
    if connection.vendor != "sqlite" or "PYTEST_XDIST_WORKER" not in os.environ:
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
