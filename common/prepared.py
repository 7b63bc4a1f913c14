"""Owns queries that the ORM writes once and that are then only executed: for the few that every page makes.

Building a query's SQL takes Django several times as long as running it (see docs/bench.md).
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class Prepared(Generic[M]):
    """The query that `build` returns. `samples` are values that `build` takes, each different and none found in the query.

    What is called later takes the samples' places; everything else of the query stands still, so `build` must not look
    at its arguments.
    """

    def __init__(self, build: Callable[..., QuerySet[M, Any]], samples: Sequence[Any]) -> None:
        self._build = build
        self._samples = samples
        self._written: dict[str, tuple[type[M], str, list[Any]]] = {}

    def instances(self, *arguments: Any) -> list[M]:
        """Run it. An annotation is an attribute, as with `QuerySet.annotate`, but as the database returns it."""
        if connection.vendor not in self._written:
            self._written[connection.vendor] = self._write()
        model, sql, parameters = self._written[connection.vendor]
        given = dict(zip(self._samples, arguments, strict=True))
        return list(model._default_manager.raw(sql, [given.get(parameter, parameter) for parameter in parameters]))

    def _write(self) -> tuple[type[M], str, list[Any]]:
        query = self._build(*self._samples)
        sql, parameters = query.query.sql_with_params()
        missing = [sample for sample in self._samples if sample not in parameters]
        if missing:
            raise ValueError(f"The query takes no {missing}.")
        return query.model, sql, list(parameters)
