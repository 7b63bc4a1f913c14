"""Owns how a single statement is written: in its turn, and for some without waiting for the disk, because nobody would
notice their loss in a power cut."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.db import connection, transaction


def write_lock(*, durable: bool = True) -> AbstractContextManager[None]:
    """Around one statement that writes by itself, outside a transaction: on SQLite it waits for its turn as one does."""
    if connection.vendor != "sqlite":
        return nullcontext()
    turn: AbstractContextManager[None] = connection.turn(durable=durable)  # type: ignore[attr-defined]  # our own backend
    return turn


@contextmanager
def relaxed_durability() -> Iterator[None]:
    """What is written within survives a crash of the process, and of the database's, but perhaps not a power cut.

    Inside a transaction this does nothing: what else the transaction holds may be worth more.
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
