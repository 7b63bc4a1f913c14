"""The web processes are killed in the middle of a batch, on PostgreSQL: all of the batch is stored, or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
import pytest
from psycopg import sql

from tests.product import Product, wait_for
from tests.sync.killed import FIRST, LAST, Device, kill_after_the_commit, kill_before_the_commit

pytestmark = [pytest.mark.services, pytest.mark.processes]


def test_a_batch_is_stored_once_or_not_at_all_though_its_process_is_killed(
    served: Product, prepared_database_url: str, database: "psycopg.Connection[tuple[Any, ...]]"
) -> None:
    served.start().wait_until_ready()
    device = Device(served)

    def one(query: sql.Composed) -> int:
        row = database.execute(query).fetchone()
        assert row is not None
        return cast("int", row[0])

    def count(table: str) -> int:
        return one(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))

    @contextmanager
    def stop(table: str) -> Iterator[Callable[[], object]]:
        waits = sql.SQL("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = {}::regclass")
        with psycopg.connect(prepared_database_url.replace("postgres://", "postgresql://")) as holder:
            # It can be read, but not written to.
            holder.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table)))
            yield lambda: wait_for(lambda: one(waits.format(sql.Literal(table))) == 1)

    kill_before_the_commit(device, count, stop, FIRST)
    kill_before_the_commit(device, count, stop, LAST)
    kill_after_the_commit(device, count)
