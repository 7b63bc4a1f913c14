"""Sixteen students answer, the site is backed up in the middle, and the backup is restored elsewhere, on SQLite.

tests/services/test_backup_drill.py does the same on PostgreSQL.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.operations.backup import drill
from tests.product import Product, free_port

pytestmark = pytest.mark.processes


@pytest.mark.usefixtures("prepared")
def test_a_backup_while_students_answer_is_restored_elsewhere(product: Product, tmp_path: Path) -> None:
    elsewhere = Product(tmp_path / "elsewhere", free_port())

    def rows(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(elsewhere.home / "baeum.sqlite3")) as database:
            return database.execute(query).fetchall()

    drill.run(product, elsewhere, tmp_path / "site.zip", rows)
