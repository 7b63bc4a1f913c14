"""Control the write lock and the durability of statements outside a transaction.

Some writes do not wait for the disk, because losing them in a power cut does no harm.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import structlog
from django.db import Error as DatabaseFailure
from django.db import connection, transaction

from common import outages

log = structlog.get_logger(__name__)


def write_lock(*, durable: bool = True) -> AbstractContextManager[None]:
    """Return a context manager that takes SQLite's write lock around one statement outside a transaction.

    Without `durable`, the statement does not wait for the disk. On other databases the context manager does nothing.
    """
    if connection.vendor != "sqlite":
        return nullcontext()
    lock: AbstractContextManager[None] = connection.write_lock(durable=durable)  # type: ignore[attr-defined]  # our own backend
    return lock


def one_flush() -> AbstractContextManager[None]:
    """Return a context manager whose commits wait for SQLite's disk together, at its end. Elsewhere each waits for itself.

    Another process may see a commit before it is on the disk, as it may with every commit of `common.database.sqlite3`: what it
    then writes stands later in the same log.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return nullcontext()
    together: AbstractContextManager[None] = connection.one_flush()  # type: ignore[attr-defined]  # our own backend
    return together


def flush_later(files: list[int]) -> AbstractContextManager[None]:
    """Return a context manager whose commits return before they are on SQLite's disk. It adds what to flush to `files`.

    The caller gives them to `flush_files` before it tells anybody that something is stored. So a web process can answer other
    requests meanwhile, and one flush serves many commits. Elsewhere each commit waits for itself, and nothing is added.
    """
    if connection.vendor != "sqlite":
        return nullcontext()
    later: AbstractContextManager[None] = connection.flush_later(files)  # type: ignore[attr-defined]  # our own backend
    return later


@contextmanager
def relaxed_durability() -> Iterator[None]:
    """Commit without waiting for the disk: a crash of this process loses no write, but a power cut may.

    Inside a transaction this does nothing, because other writes of the transaction may need to be durable.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            yield
    else:
        with write_lock(durable=False):
            yield


@contextmanager
def dispensable_write(event: str) -> Iterator[None]:
    """Write what a page can do without, as in `relaxed_durability`. An outage is logged as `event`, and the page goes on.

    So a lesson can be read although the disk is full or the database accepts no writes.
    """
    try:
        with relaxed_durability():
            yield
    except DatabaseFailure as error:
        if not outages.is_outage(error):
            raise
        log.warning(event, error=str(error))
