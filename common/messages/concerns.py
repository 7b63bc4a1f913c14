"""Conditions for messages by what they are about: their rows hold the id of it as a text, alone or before a mark."""

from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex, Substr
from django.db.models.lookups import In


def by_id(rows: QuerySet[Any]) -> Q:
    """Return the condition that a message is about one of `rows`."""
    return Q(about__in=_texts(rows))


def by_first_id(rows: QuerySet[Any], mark: str) -> Q:
    """Return the condition that the text before the first `mark` is the id of one of `rows`."""
    # With the mark at the end there is always one: PostgreSQL refuses a negative length.
    end = StrIndex(Concat(F("about"), Value(mark)), Value(mark)) - 1
    return Q(In(Substr("about", 1, end), _texts(rows)))


def _texts(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = rows.order_by().annotate(as_text=Cast("pk", CharField())).values("as_text")
    return found
