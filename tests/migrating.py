"""A pytest plug-in that migrates the database of a test back and forth."""

from collections.abc import Iterator
from typing import Protocol

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps


class Migrate(Protocol):
    def __call__(self, *targets: tuple[str, str]) -> StateApps:
        """Migrate to the targets (app, migration), or to the latest of all. Return the models of that state."""


@pytest.fixture
def migrate(transactional_db: None, django_db_use_migrations: bool) -> Iterator[Migrate]:
    """A function that migrates. After the test, the tables are the latest again."""
    if not django_db_use_migrations:
        pytest.skip("needs tables that migrations have made: run without --no-migrations")

    def to(*targets: tuple[str, str]) -> StateApps:
        executor = MigrationExecutor(connection)
        asked = list(targets) or executor.loader.graph.leaf_nodes()
        executor.migrate(asked)
        return executor.loader.project_state(asked).apps

    yield to
    to()
