"""Let the tests empty the audit log after a test, although the database refuses it."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from accounts.audit import triggers


def flush_without_triggers(flush: Callable[..., None]) -> Callable[..., None]:
    """Wrap the `execute_sql_flush` of a database. `migrate`'s signal, which follows it, creates the triggers again."""

    def execute_sql_flush(operations: Any, sql_list: list[str]) -> None:
        is_postgresql = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            for table in triggers.TABLES:
                for operation in ("update", "delete", "truncate", "replace"):
                    on = f" ON {table}" if is_postgresql else ""
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{operation}{on}")
        flush(operations, sql_list)
        triggers.install(connection)

    return execute_sql_flush
