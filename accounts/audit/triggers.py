"""Make the tables of the audit log append-only: the database refuses to change or delete a row.

The triggers are created after every `migrate`, because SQLite loses them when a migration rebuilds a table.
"""

from typing import Any

from django.db import connections

TABLES = ("accounts_auditevent", "accounts_auditentry", "accounts_auditorigin")
REFUSAL = "The audit log is append-only."


def install(connection: Any) -> None:
    """Create the triggers that are missing. Does nothing if the tables do not exist yet."""
    if not set(TABLES) <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _install_on_postgresql(cursor)
        else:
            for statement in _SQLITE:
                cursor.execute(statement)


_SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{operation.lower()} BEFORE {operation} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table in TABLES
    for operation in ("UPDATE", "DELETE")
]
# INSERT OR REPLACE deletes the old row without calling the triggers of DELETE.
for _table, _same in {
    "accounts_auditevent": "id = NEW.id",
    "accounts_auditentry": "id = NEW.id",
    "accounts_auditorigin": "id = NEW.id OR (person_id = NEW.person_id AND digest = NEW.digest)",
}.items():
    _there_already = f"EXISTS (SELECT 1 FROM {_table} WHERE {_same})"  # noqa: S608 (constants)
    _SQLITE.append(
        f"CREATE TRIGGER IF NOT EXISTS {_table}_no_replace BEFORE INSERT ON {_table} "
        f"WHEN {_there_already} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )

_POSTGRESQL = {
    f"{table}_no_{operation.lower()}": f"CREATE TRIGGER {table}_no_{operation.lower()} BEFORE {operation} ON {table} "
    f"FOR EACH {'STATEMENT' if operation == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION accounts_audit_refuse()"
    for table in TABLES
    for operation in ("UPDATE", "DELETE", "TRUNCATE")
}


def _install_on_postgresql(cursor: Any) -> None:
    """Create only what is missing: a trigger that is created again would lock the table of a running site."""
    cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s)", [list(_POSTGRESQL)])
    missing = _POSTGRESQL.keys() - {name for (name,) in cursor.fetchall()}
    if missing:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION accounts_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for name in sorted(missing):
        cursor.execute(_POSTGRESQL[name])


def install_after_migrate(*, using: str, **kwargs: Any) -> None:
    """Receive `post_migrate`."""
    install(connections[using])
