"""Write many copies of the rows that one call makes, for tests of how the number of queries grows.

To make 200 graded attempts through the product takes 4 to 12 s.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from tests import kept_rows
from tests.kept_rows import Table

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Whose tables are copied besides those of courses and quizzes.
_OTHERS = ("accounts", "notes", "discussions")
_Made = dict[type[models.Model], Table]


def make_many(make: Callable[[], object], count: int) -> None:
    """Call `make` once, and write `count - 1` copies of all rows that it has made.

    Copies have ids and uuids of their own, also where JSON names them. A text that must be unique gets a number. If a row refers
    to another that `make` has made, its copy refers to the copy.
    """
    others = [model for name in _OTHERS for model in apps.get_app_config(name).get_models(include_auto_created=True)]
    every = [*others, *kept_rows.tables()]
    before = {model: kept_rows.ids(model) for model in every}
    make()
    made = {model: table for model in every if (table := kept_rows.read(model, before[model])).rows}
    copying = {model: _Copying(model, made) for model in made}
    uuids = {uuid for each in copying.values() for uuid in each.uuids()}
    with transaction.atomic(), connection.cursor() as cursor:
        for number in range(1, count):
            new = {uuid: uuid4() for uuid in uuids}
            for model, each in copying.items():
                cursor.executemany(made[model].insert, list(each.rows(number, copying, new)))
        for statement in connection.ops.sequence_reset_sql(no_style(), list(made)):
            cursor.execute(statement)


class _Copying:
    """How to copy the rows of one table."""

    def __init__(self, model: type[models.Model], made: _Made) -> None:
        self._fields: tuple[Any, ...] = model._meta.concrete_fields
        self._rows = made[model].rows
        key = next(place for place, field in enumerate(self._fields) if field.primary_key)
        self._ids = [row[key] for row in self._rows]
        self._last_id = max(self._ids, default=0) if isinstance(self._ids[0], int) else 0
        self._numbered = _texts_to_number(model, made)

    def uuids(self) -> Iterator[UUID]:
        """Return the uuids of the rows themselves. Other fields name those of other rows."""
        for place, field in enumerate(self._fields):
            if isinstance(field, models.UUIDField) and field.unique:
                yield from (UUID(str(row[place])) for row in self._rows if row[place])

    def rows(
        self, number: int, copying: "dict[type[models.Model], _Copying]", new: dict[UUID, UUID]
    ) -> Iterator[list[Any]]:
        for row in self._rows:
            yield [
                self._cell(field, value, number, copying, new) for field, value in zip(self._fields, row, strict=True)
            ]

    def _id(self, value: Any, number: int) -> Any:
        """Return the id that the row with the id `value` has in a copy: the same if it is not copied."""
        if value not in self._ids:
            return value
        return self._last_id + (number - 1) * len(self._ids) + self._ids.index(value) + 1

    def _cell(
        self,
        field: Any,
        value: Any,
        number: int,
        copying: "dict[type[models.Model], _Copying]",
        new: dict[UUID, UUID],
    ) -> Any:
        if value is None:
            return None
        if field.remote_field is not None:
            target = copying.get(field.related_model)
            return target._id(value, number) if target else value
        if field.primary_key:
            return self._id(value, number)
        if isinstance(field, models.UUIDField):
            uuid = new.get(UUID(str(value)), UUID(str(value)))
            return uuid if isinstance(value, UUID) else uuid.hex
        if isinstance(field, models.JSONField):
            return _UUID.sub(lambda found: str(new.get(UUID(found[0]), found[0])), value)
        return f"{number}-{value}" if field.name in self._numbered else value


def _texts_to_number(model: type[models.Model], made: _Made) -> set[str]:
    """Return a text of each constraint that neither an id, a uuid nor a copied row makes unique."""
    groups = [[field.name] for field in model._meta.concrete_fields if field.unique]
    groups += [list(constraint.fields) for constraint in model._meta.total_unique_constraints]
    found = set()
    for group in groups:
        fields: list[Any] = [model._meta.get_field(name) for name in group]
        texts = [field.name for field in fields if isinstance(field, models.CharField) and not field.choices]
        if texts and not any(field.related_model in made or isinstance(field, models.UUIDField) for field in fields):
            found.add(texts[-1])
    return found
