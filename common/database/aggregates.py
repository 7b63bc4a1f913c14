"""Aggregates that Django does not have for both databases."""

from typing import Any

from django.db.models import Aggregate, TextField
from django.db.models.functions import Cast


class JoinedIds(Aggregate):
    """The ids of the group's rows, each once, as text: "3,17". None without rows.

    `ids_of` reads it. The text has no order. Without `distinct` the database neither sorts nor compares the ids: for many of them
    that are different anyway.
    """

    function = "GROUP_CONCAT"
    allow_distinct = True
    output_field = TextField()

    def __init__(self, expression: str, *, distinct: bool = True) -> None:
        super().__init__(Cast(expression, TextField()), distinct=distinct)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "STRING_AGG(%(distinct)s%(expressions)s, ',')"
        return self.as_sql(compiler, connection, template=template, **context)


def ids_of(joined: str | None) -> set[int]:
    return {int(each) for each in joined.split(",")} if joined else set()
