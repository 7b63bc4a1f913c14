"""The web processes are killed in the middle of a batch, on SQLite: all of the batch is stored, or nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from tests.product import Product, wait_for
from tests.sync.killed import FIRST, LAST, Device, kill_after_the_commit, kill_before_the_commit

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("prepared")]

# Makes writing to a table take minutes.
SLOW = """
CREATE TRIGGER slow BEFORE INSERT ON {} BEGIN
    SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000) SELECT i FROM n);
END
"""


def test_a_batch_is_stored_once_or_not_at_all_though_its_process_is_killed(product: Product) -> None:
    product.start().wait_until_ready()
    device = Device(product)

    def ask(query: str, *, patience: float = 60) -> int:
        database = product.home / "baeum.sqlite3"
        with closing(sqlite3.connect(database, timeout=patience, isolation_level=None)) as connection:
            row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0

    def count(table: str) -> int:
        return ask(f"SELECT count(*) FROM {table}")

    def is_writing() -> bool:
        """Return whether somebody holds the lock of writers for long. Everybody else has it for milliseconds."""
        try:
            ask("BEGIN IMMEDIATE", patience=2)
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        return False

    @contextmanager
    def stop(table: str) -> Iterator[Callable[[], object]]:
        ask(SLOW.format(table))
        yield lambda: wait_for(is_writing)
        ask("DROP TRIGGER slow")

    kill_before_the_commit(device, count, stop, FIRST)
    kill_before_the_commit(device, count, stop, LAST)
    kill_after_the_commit(device, count)
