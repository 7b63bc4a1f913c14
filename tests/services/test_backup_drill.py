"""Sixteen students answer, the site is backed up in the middle, and the backup is restored elsewhere, on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.operations.backup import drill
from tests.postgresql import new_database
from tests.product import Product, free_port
from tests.services.conftest import PrivateRedis

pytestmark = [pytest.mark.services, pytest.mark.processes]


@pytest.fixture
def other_database_url() -> Iterator[str]:
    with new_database() as url:
        yield url


def test_a_backup_while_students_answer_is_restored_elsewhere(
    served: Product, private_redis: PrivateRedis, other_database_url: str, tmp_path: Path
) -> None:
    elsewhere = Product(tmp_path / "elsewhere", free_port(), {**served.environment, "DATABASE_URL": other_database_url})

    def rows(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(other_database_url.replace("postgres://", "postgresql://")) as database:
            return database.execute(query).fetchall()

    drill.run(served, elsewhere, tmp_path / "site.zip", rows)
