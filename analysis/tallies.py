"""Add to the sums of item statistics, and read them: one class of keys and sums for each table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import connection, models

from analysis.models import ItemTally, PairTally, PointsTally
from common.database.prepared import adapted

Key = tuple[Any, ...]
Sums = tuple[int, ...]
# The class of the rest score of an answer whose attempt has no other question, and the width of the other classes.
NO_REST = -1
REST_CLASS = 50_000
# The class of a time that is not known.
NO_TIME = -1
# Rows of one statement: SQLite may have no more than 999 parameters.
_ROWS = 80


@dataclass(frozen=True, slots=True)
class Response:
    """One answer as it is counted. The fields are those of `ItemResponse`."""

    question: UUID
    share: int
    rest: int | None
    points: int
    given: str
    time_class: int | None

    @property
    def rest_class(self) -> int:
        return NO_REST if self.rest is None else self.rest // REST_CLASS


@dataclass(frozen=True, slots=True)
class Table:
    """A table of sums: its model, its key columns (the quiz first) and its sum columns (the number first)."""

    model: type[models.Model]
    keys: tuple[str, ...]
    sums: tuple[str, ...]

    def read(self, quizzes: Iterable[int]) -> dict[Key, Sums]:
        """Return the stored sums of some quizzes. One query."""
        rows = self.model._default_manager.filter(quiz__in=quizzes).values_list(*self.keys, *self.sums)
        return {row[: len(self.keys)]: row[len(self.keys) :] for row in rows}

    def add(self, changes: Mapping[Key, Sums]) -> None:
        """Add `changes` to the stored sums, and delete rows whose number is 0 then. Call it in a transaction.

        The ORM has no INSERT that adds to the row that is there.
        """
        wanted = [(key, sums) for key, sums in changes.items() if any(sums)]
        name = self.model._meta.db_table
        columns = ", ".join((*self.keys, *self.sums))
        added = ", ".join(f"{column} = {name}.{column} + excluded.{column}" for column in self.sums)
        row = f"({', '.join(['%s'] * (len(self.keys) + len(self.sums)))})"
        with connection.cursor() as cursor:
            for part in _parts(wanted):
                cursor.execute(
                    f"INSERT INTO {name} ({columns}) VALUES {', '.join([row] * len(part))} "  # noqa: S608
                    f"ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET {added}",
                    [adapted(value) for key, sums in part for value in (*key, *sums)],
                )
        self.model._default_manager.filter(quiz__in={key[0] for key, _sums in wanted}, n=0).delete()


ITEMS = Table(ItemTally, ("quiz_id", "cohort", "question", "given", "rest_class"), ("n", "x", "y", "xx", "yy", "xy"))
PAIRS = Table(PairTally, ("quiz_id", "first", "second"), ("n", "x", "y", "xy"))
POINTS = Table(PointsTally, ("quiz_id", "question", "time_class"), ("n", "x", "xx"))
TABLES = (ITEMS, PAIRS, POINTS)
Changes = dict[Table, dict[Key, Sums]]


def new_changes() -> Changes:
    return {table: {} for table in TABLES}


def change(changes: Changes, quiz: int, cohort: int, responses: Sequence[Response], sign: int) -> None:
    """Add the responses of one attempt to `changes`, or take them away if `sign` is -1."""
    for table, key, sums in _contributions(quiz, cohort, responses):
        before = changes[table].get(key, (0,) * len(sums))
        changes[table][key] = tuple(old + sign * new for old, new in zip(before, sums, strict=True))


def _contributions(quiz: int, cohort: int, responses: Sequence[Response]) -> Iterator[tuple[Table, Key, Sums]]:
    for each in responses:
        rest = each.rest or 0
        sums = (1, each.share, rest, each.share**2, rest**2, each.share * rest)
        yield ITEMS, (quiz, cohort, each.question, each.given, each.rest_class), sums
        time = NO_TIME if each.time_class is None else each.time_class
        yield POINTS, (quiz, each.question, time), (1, each.points, each.points**2)
    for one, other in combinations(sorted(responses, key=lambda each: each.question.hex), 2):
        products = (1, one.points, other.points, one.points * other.points)
        yield PAIRS, (quiz, one.question, other.question), products


def _parts(rows: list[tuple[Key, Sums]]) -> Iterator[list[tuple[Key, Sums]]]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]
