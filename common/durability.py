"""Owns which writes need not wait for the disk: those whose loss in a power cut nobody would notice."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


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
            yield
        finally:
            connection.connection.execute("PRAGMA synchronous = FULL")
