"""Compile searches for lists of values once: Django takes longer to write their SQL than the database to run it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from common.database.prepared import Prepared

# A statement takes as many values as the next of these says; a shorter list repeats its last value. A longer one is its own size.
_SIZES = (1, 4, 16, 64, 256)


class PreparedLists:
    """A query of values with lists, each for an `__in`. `build` takes the lists and returns the query.

    None of them may be empty. See `Prepared` for what `build` may do; its samples are negative numbers.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._statements: dict[tuple[int, ...], Prepared[Any]] = {}

    def values(self, *lists: Sequence[Any]) -> list[dict[str, Any]]:
        """Run the query and return its rows as dictionaries."""
        sizes = tuple(next((size for size in _SIZES if size >= len(each)), len(each)) for each in lists)
        if max(sizes) > _SIZES[-1]:
            # Hardly anybody has so many courses: that statement is not worth keeping.
            return list(self._build(*lists))
        statement = self._statements.get(sizes)
        if statement is None:
            statement = self._statements[sizes] = self._prepare(sizes)
        padded = ([*each, *[each[-1]] * (size - len(each))] for each, size in zip(lists, sizes, strict=True))
        return statement.values(*(value for each in padded for value in each))

    def _prepare(self, sizes: tuple[int, ...]) -> Prepared[Any]:
        def build(*values: Any) -> QuerySet[Any, Any]:
            starts = [sum(sizes[:at]) for at in range(len(sizes))]
            return self._build(*(values[start : start + size] for start, size in zip(starts, sizes, strict=True)))

        return Prepared(build, samples=[-1 - at for at in range(sum(sizes))])
