"""Give PostgreSQL what it needs to plan the few statements that read a large part of a table."""

from django.db import connection

# Of each sort and each hash of a statement: enough for a hundred thousand groups.
_MEMORY = "64MB"


def allow_memory() -> None:
    """Let the statements of this transaction use more memory. Call it in a transaction, in a worker or a command only.

    With the usual 4 MB, PostgreSQL expects that groups do not fit, and sorts all rows on disk instead.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL work_mem = '{_MEMORY}'")
