"""Owns queries that the ORM writes once and that are then only executed: for the few that every request makes.

Building a query's SQL takes Django several times as long as running it (see docs/bench.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class _Written:
    """A query as Django's compiler left it: what to execute, and how a row becomes an object."""

    sql: str
    parameters: list[Any]
    # [(column, converters, expression)]: what Django does to a value that comes from the database.
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    # None where the query asks for values, not for objects.
    model: type[Model] | None
    columns: slice
    names: list[str]
    related: list[Any]
    annotations: dict[str, int]
    # The names of everything that is selected.
    selected: list[str]


class Prepared(Generic[M]):
    """The query that `build` returns. `samples` are values that `build` takes, each different and none found in the query.

    What is called later takes the samples' places; everything else of the query stands still, so `build` must not look
    at its arguments. `select_related`, `only` and `select_for_update` (then in a transaction) are Django's own.
    """

    def __init__(self, build: Callable[..., QuerySet[M, Any]], samples: Sequence[Any]) -> None:
        self._build = build
        self._samples = samples
        self._written: dict[str, _Written] = {}

    def instances(self, *arguments: Any) -> list[M]:
        """Run it; the objects, with what is selected with them. An annotation is an attribute."""
        written = self._prepare()
        assert written.model is not None
        found = []
        for row in self._rows(written, arguments):
            instance = written.model.from_db(DEFAULT_DB_ALIAS, written.names, row[written.columns])
            for populator in written.related:
                populator.populate(row, instance)
            for name, column in written.annotations.items():
                setattr(instance, name, row[column])
            found.append(cast("M", instance))
        return found

    def first(self, *arguments: Any) -> M | None:
        """Run it; the first object, None where there is none."""
        return next(iter(self.instances(*arguments)), None)

    def values(self, *arguments: Any) -> list[dict[str, Any]]:
        """Run a query of `values` over columns of its own and annotations."""
        written = self._prepare()
        return [dict(zip(written.selected, row, strict=True)) for row in self._rows(written, arguments)]

    def _rows(self, written: _Written, arguments: Sequence[Any]) -> list[list[Any]]:
        given = dict(zip(map(adapted, self._samples), map(adapted, arguments), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(written.sql, [given.get(parameter, parameter) for parameter in written.parameters])
            rows = [list(row) for row in cursor.fetchall()]
        for row in rows:
            for column, converters, expression in written.converters:
                for convert in converters:
                    row[column] = convert(row[column], expression, connection)
        return rows

    def _prepare(self) -> _Written:
        written = self._written.get(connection.vendor)
        if written is None:
            written = self._written[connection.vendor] = self._write()
        return written

    def _write(self) -> _Written:
        compiler = self._build(*self._samples).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        missing = [sample for sample in self._samples if adapted(sample) not in parameters]
        if missing:
            raise ValueError(f"The query takes no {missing}.")
        expressions = [selected[0] for selected in compiler.select[: compiler.col_count]]
        converters = [
            (column, converters, expression)
            for column, (converters, expression) in compiler.get_converters(expressions).items()
        ]
        named = [alias or getattr(expression, "target", expression).name for expression, _, alias in compiler.select]
        info = compiler.klass_info
        fields = info["select_fields"] if info else []
        columns = slice(fields[0], fields[-1] + 1) if fields else slice(0)
        return _Written(
            sql=sql,
            parameters=list(parameters),
            converters=converters,
            model=info["model"] if info else None,
            columns=columns,
            names=[selected[0].target.attname for selected in compiler.select[columns]],
            related=get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS) if info else [],  # type: ignore[call-arg]  # the stubs are those of the next Django
            annotations=compiler.annotation_col_map or {},
            selected=named,
        )


def adapted(value: Any) -> Any:
    """A parameter as the ORM hands it to the database's driver."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
