"""Insert rows of the audit log by statements of our own.

A list of a hundred students adds a hundred entries to a page of 35 ms. `bulk_create` would take 4 ms for them, this takes 0.5 ms.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

# (at, actor, action, channel, address, id of the origin)
Event = tuple[datetime, int | None, str, str, str, int | None]
# (label of the model, person, row)
Entry = tuple[str, int, int | None]

_EVENT = "INSERT INTO accounts_auditevent (at, actor_id, action, channel, address, origin_id) VALUES (%s, %s, %s, %s, %s, %s)"
_ENTRIES = {
    "postgresql": "SELECT %s, (e->>1)::bigint, e->>0, (e->>2)::bigint FROM json_array_elements(%s::json) AS entries(e)",
    # The operator ->> is younger than SQLite 3.37, which Ubuntu 22.04 has.
    "sqlite": (
        "SELECT %s, json_extract(value, '$[1]'), json_extract(value, '$[0]'), json_extract(value, '$[2]') FROM json_each(%s)"
    ),
}


def insert_event(event: Event) -> int:
    """Insert an event and return its id."""
    at, *rest = event
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        statement = f"{_EVENT} RETURNING id" if is_postgresql else _EVENT
        cursor.execute(statement, [connection.ops.adapt_datetimefield_value(at), *rest])
        return int(cursor.fetchone()[0] if is_postgresql else cursor.lastrowid)


def insert_entries(event: int, entries: Sequence[Entry]) -> None:
    """Insert the entries of an event that have no values. One statement."""
    if not entries:
        return
    columns = "INSERT INTO accounts_auditentry (event_id, subject_id, model, object_id) "
    with connection.cursor() as cursor:
        cursor.execute(columns + _ENTRIES[connection.vendor], [event, json.dumps(entries)])
