"""Change rows that the product never changes, as somebody with access to the database could."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet


def delete_rows(rows: QuerySet[Any]) -> None:
    """Delete rows by SQL, also those of append-only models. Rows that refer to them stay."""
    keys = list(rows.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {rows.model._meta.db_table} WHERE id = %s", [(key,) for key in keys])
