"""Owns how a single statement is written: in its turn, and for some without waiting for the disk, because nobody would
notice their loss in a power cut."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.db import connection, transaction


def in_turn() -> AbstractContextManager[None]:
    """Around one statement that writes by itself, outside a transaction: on SQLite it waits for its turn as one does."""
    turn: AbstractContextManager[None] = getattr(connection, "turn", nullcontext)()
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
        connection.ensure_connection()
        connection.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with in_turn():
                yield
        finally:
            connection.connection.execute("PRAGMA synchronous = FULL")
