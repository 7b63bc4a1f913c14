"""Read the rows of a subquery as one JSON value, so that they come with another query."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject


class _JsonArray(Aggregate):
    """All values of a group as a JSON array."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return super().as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)


def json_rows(rows: QuerySet[Any], same: Mapping[str, str], *fields: str) -> Subquery:
    """Return a subquery of [{field: value}] of the `rows` whose fields are those of the outer query. None without rows.

    `same` is {field of the rows: field of the outer query}.
    Identifiers and moments have the form in which the database stores them.
    """
    mine = rows.filter(**{field: OuterRef(outer) for field, outer in same.items()}).order_by().values(*same)
    made = mine.annotate(json_rows=_JsonArray(JSONObject(**{name: F(name) for name in fields})))
    return Subquery(made.values("json_rows"), output_field=JSONField())


def as_moment(value: str) -> datetime:
    """Return a moment that came in the form in which the database stores it."""
    found = datetime.fromisoformat(value)
    # SQLite stores UTC and does not say so.
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def as_json(value: Any) -> Any:
    """Return the content of a JSON column that came in another JSON value, where SQLite makes a text of it."""
    return json.loads(value) if isinstance(value, str) else value
