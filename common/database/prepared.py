"""Compile a query with the ORM once and execute its SQL many times, for the few statements that every request runs.

Building a query's SQL takes Django several times as long as running it (see docs/bench.md).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=Model)
# Types of most parameters. Those that Django wraps for PostgreSQL are not among them.
_AS_THEY_ARE = frozenset([int, str])


@dataclass(frozen=True, slots=True)
class _Written:
    """A compiled query: its SQL, its parameters, and what is needed to convert a row to an object."""

    sql: str
    parameters: "_Parameters"
    # [(column, converters, expression)]: Django's functions that convert the values of a column to Python.
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    # None if the query selects values instead of objects.
    model: type[Model] | None
    columns: slice
    names: list[str]
    related: list[Any]
    annotations: dict[str, int]
    # The names of all selected columns.
    selected: list[str]


class Prepared(Generic[M]):
    """A query that is compiled once. `build` takes arguments and returns the query.

    `samples` are arguments of `build` for compiling. They must all be different, and no other parameter of the query may equal
    one of them. Each call replaces the samples with its arguments. The rest of the query is fixed, so `build` must not branch on
    its arguments. `select_related`, `only` and, in a transaction, `select_for_update` work as usual.
    """

    def __init__(self, build: Callable[..., QuerySet[M, Any]], samples: Sequence[Any]) -> None:
        self._build = build
        self._samples = samples
        self._written: dict[str, _Written] = {}

    def instances(self, *arguments: Any) -> list[M]:
        """Run the query and return its objects with their selected relations. Annotations become attributes."""
        written, connection = self._prepare()
        assert written.model is not None
        found = []
        for row in self._rows(written, connection, arguments):
            instance = written.model.from_db(DEFAULT_DB_ALIAS, written.names, row[written.columns])
            for populator in written.related:
                populator.populate(row, instance)
            for name, column in written.annotations.items():
                setattr(instance, name, row[column])
            found.append(cast("M", instance))
        return found

    def first(self, *arguments: Any) -> M | None:
        """Run the query and return its first object, or None."""
        return next(iter(self.instances(*arguments)), None)

    def values(self, *arguments: Any) -> list[dict[str, Any]]:
        """Run a query made with `values` (own columns and annotations only) and return its rows as dictionaries."""
        written, connection = self._prepare()
        return [dict(zip(written.selected, row, strict=True)) for row in self._rows(written, connection, arguments)]

    def _rows(
        self, written: _Written, connection: BaseDatabaseWrapper, arguments: Sequence[Any]
    ) -> Sequence[Sequence[Any]]:
        with connection.cursor() as cursor:
            cursor.execute(written.sql, written.parameters.filled(arguments, connection))
            fetched: Sequence[Sequence[Any]] = cursor.fetchall()
        if not written.converters:
            return fetched
        rows = [list(row) for row in fetched]
        for row in rows:
            for column, converters, expression in written.converters:
                for convert in converters:
                    row[column] = convert(row[column], expression, connection)
        return rows

    def _prepare(self) -> tuple[_Written, BaseDatabaseWrapper]:
        connection = _connection()
        written = self._written.get(connection.vendor)
        if written is None:
            written = self._written[connection.vendor] = self._write(connection)
        return written, connection

    def _write(self, connection: BaseDatabaseWrapper) -> _Written:
        compiler = self._build(*self._samples).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
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
            parameters=_Parameters(parameters, self._samples, connection),
            converters=converters,
            model=info["model"] if info else None,
            columns=columns,
            names=[selected[0].target.attname for selected in compiler.select[columns]],
            related=get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS) if info else [],  # type: ignore[call-arg]  # the stubs are those of the next Django
            annotations=compiler.annotation_col_map or {},
            selected=named,
        )


class PreparedUpdate(Generic[M]):
    """An UPDATE that is compiled once. `build` returns (rows to change, {field: value}). `samples` are as in `Prepared`.

    `returning` is the column whose new value is returned for each changed row.
    """

    def __init__(
        self,
        build: Callable[..., tuple[QuerySet[M, Any], Mapping[str, Any]]],
        samples: Sequence[Any],
        returning: str = "id",
    ) -> None:
        self._build = build
        self._samples = samples
        self._returning = returning
        self._written: dict[str, tuple[str, _Parameters]] = {}

    def apply(self, *arguments: Any) -> list[Any]:
        """Update the rows. Return the new value of `returning` for each changed row."""
        connection = _connection()
        written = self._written.get(connection.vendor)
        if written is None:
            written = self._written[connection.vendor] = self._write(connection)
        sql, parameters = written
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
            cursor.execute(sql, parameters.filled(arguments, connection))
            return [row[0] for row in cursor.fetchall()]

    def _write(self, connection: BaseDatabaseWrapper) -> tuple[str, "_Parameters"]:
        rows, values = self._build(*self._samples)
        query = cast("UpdateQuery", rows.query.chain(UpdateQuery))
        query.add_update_values(dict(values))
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        sql = f"{sql} RETURNING {connection.ops.quote_name(self._returning)}"
        return sql, _Parameters(parameters, self._samples, connection)


class _Parameters:
    """The parameters of a statement, and the positions of the samples among them.

    Raises ValueError if a sample is not among the parameters.
    """

    def __init__(self, parameters: Sequence[Any], samples: Sequence[Any], connection: BaseDatabaseWrapper) -> None:
        self._constant = list(parameters)
        self._places = [
            [place for place, parameter in enumerate(parameters) if _is_same(parameter, _adapted(sample, connection))]
            for sample in samples
        ]
        if not all(self._places):
            raise ValueError(f"The statement does not take each of {samples!r}.")

    def filled(self, arguments: Sequence[Any], connection: BaseDatabaseWrapper) -> list[Any]:
        """Return the parameters with `arguments` in place of the samples."""
        filled = self._constant.copy()
        for places, argument in zip(self._places, arguments, strict=True):
            for place in places:
                filled[place] = _adapted(argument, connection)
        return filled


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, but True is not equal to 1.

    Their types are not compared, because Django wraps integers for PostgreSQL.
    """
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _connection() -> BaseDatabaseWrapper:
    """Return the connection object. `django.db.connection` is a proxy that looks it up again for each attribute."""
    return connections[DEFAULT_DB_ALIAS]


def adapted(value: Any) -> Any:
    """Convert a parameter as the ORM does for the database driver. Decimals must already have the scale of their column."""
    return _adapted(value, _connection())


def _adapted(value: Any, connection: BaseDatabaseWrapper) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, Decimal):
        return connection.ops.adapt_decimalfield_value(value)
    return value
