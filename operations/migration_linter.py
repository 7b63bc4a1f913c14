"""Refuse migrations that break the previous release, which still runs while they are applied, or that cannot be undone.

During a deployment the old processes serve requests on the new tables. So a column or table must be removed one release after the
code stopped using it, and a new column must be nullable or have a default in the database. The check reads operations, not SQL:
linters of SQL such as django-migration-linter refuse nearly every migration on SQLite, because SQLite rebuilds the table.

A migration that is safe although the check refuses it declares an exception in its own module, with the reason:

    LINT_EXCEPTIONS = {"RemoveField": "The release before this one no longer reads the column."}
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AlterField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The last migration of an app that existed before this check. Later migrations and those of all other apps are checked.
LAST_UNCHECKED = {"accounts": 1, "courses": 4, "quizzes": 9}

_DATA = (operations.RunPython, operations.RunSQL)
_REMOVES = (
    operations.RemoveField,
    operations.DeleteModel,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def faults_of(migration: Migration, exceptions: dict[str, str], before: ProjectState) -> Iterator[str]:
    """Yield a sentence for each fault of `migration`.

    `exceptions` is {name of an operation class that is allowed: reason}. `before` is the state that the migration begins with.
    """
    if re.fullmatch(r"\d{4}_(auto_.*|\w+_and_more)", migration.name):
        yield "give it a name that says what it does"
    kinds = {isinstance(operation, _DATA) for operation in _flat(migration.operations)}
    if kinds == {True, False} and "RunPython" not in exceptions:
        yield "rows and tables change in one migration: PostgreSQL refuses to alter a table with pending triggers"
    for operation in _flat(migration.operations):
        fault = (
            _fault_of_change(operation, migration, before) if isinstance(operation, AlterField) else _fault(operation)
        )
        if fault and type(operation).__name__ not in exceptions:
            yield f"{operation.describe()}: {fault}"


def _flat(found: Sequence[Operation]) -> Iterator[Operation]:
    """Yield the operations. Each SeparateDatabaseAndState is replaced by its database operations."""
    for operation in found:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _fault(operation: Operation) -> str:
    if isinstance(operation, _REMOVES):
        return "the running release still uses the old name"
    if isinstance(operation, operations.AddField) and not _may_be_left_out(operation.field):
        return "the running release inserts rows without it: make it nullable or give it a db_default"
    if isinstance(operation, _DATA) and not operation.reversible:
        return "it cannot be undone: give it a reverse, if only a noop"
    return ""


def _fault_of_change(operation: AlterField, migration: Migration, before: ProjectState) -> str:
    """Return why the running release may not keep working with the changed column, or ""."""
    model = before.models.get((migration.app_label, operation.model_name_lower))
    if model is None or operation.name not in model.fields:
        # The same migration has added it.
        return ""
    old, new = model.fields[operation.name], operation.field
    if (old.db_column or "") != (new.db_column or ""):
        return "the running release still uses the old name"
    if old.null and not new.null:
        return "the running release may write NULL"
    if new.max_length is not None and (old.max_length is None or new.max_length < old.max_length):
        return "the running release may write longer values"
    if new.unique and not old.unique:
        return "the running release may write a value twice"
    return ""


def _may_be_left_out(field: "models.Field[object, object]") -> bool:
    # A many-to-many field adds a table, not a column.
    return field.null or field.has_db_default() or isinstance(field, models.ManyToManyField)


def checked_migrations(loader: MigrationLoader) -> list[tuple[str, str]]:
    """Return the migrations of the project that are newer than this check: (app, name)."""
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    return sorted(
        (app, name)
        for app, name in loader.disk_migrations
        if app in ours and int(name[:4]) > LAST_UNCHECKED.get(app, 0)
    )


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    django.setup()
    loader = MigrationLoader(None)
    faults = []
    for app, name in checked_migrations(loader):
        migration = loader.disk_migrations[app, name]
        exceptions = getattr(sys.modules[type(migration).__module__], "LINT_EXCEPTIONS", {})
        before = loader.project_state((app, name), at_end=False)
        faults += [f"{app}.{name}: {fault}" for fault in faults_of(migration, exceptions, before)]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
