"""Return long lists of the API in pages, each with an opaque cursor for the next one.

A page starts after the last row of the page before it (keyset pagination). Rows that are added or removed meanwhile neither
repeat nor hide others, and page 100 costs what page 1 costs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.serializers import OutputSerializer
from common.database import name_order
from common.errors import DomainError

M = TypeVar("M", bound=Model)
T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 100
# Parameters of an address that do not choose rows. A cursor is valid only with the others that it was made with.
_OF_THE_PAGE = ("cursor", "limit")

PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="From `next` of the page before. Without it, the list starts."),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        description="The most entries of one page.",
    ),
    OpenApiParameter(
        "Link",
        str,
        OpenApiParameter.HEADER,
        response=[200],
        description='`<…>; rel="next"` (RFC 8288), the same address as `next`. Absent on the last page.',
    ),
]


class InvalidCursor(DomainError):
    slug = "invalid-cursor"
    help = gettext_lazy(
        "The cursor is not one that this site made for this list and this account. Read the list from its start, without "
        "`cursor`. Cursors are opaque: an app stores and sends them, and never makes one."
    )

    def __init__(self) -> None:
        super().__init__(_("This cursor is not one of this list. Read the list from its start."))


class PageSerializer(OutputSerializer):
    """One page of a list. Subclasses add `results`."""

    next = serializers.CharField(
        allow_null=True,
        help_text="The address of the next page, relative to the site. Null on the last page.",
    )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Key:
    """One column of an order. Empty values come last in both directions, on every database."""

    name: str
    is_descending: bool
    is_nullable: bool

    @classmethod
    def of(cls, model: type[Model], written: str) -> "_Key":
        name = written.removeprefix("-")
        *relations, column = name.removesuffix(name_order.SUFFIX).split("__")
        for relation in relations:
            model = model._meta.get_field(relation).related_model  # type: ignore[assignment]
        fields = {field.name: field for field in model._meta.get_fields()}
        # An annotation is not a field. Those that lists are ordered by are never empty.
        is_nullable = name != "pk" and getattr(fields.get(column), "null", False)
        return cls(name, written.startswith("-"), is_nullable)

    def order(self) -> Any:
        column = F(self.name)
        nulls_last = True if self.is_nullable else None
        return column.desc(nulls_last=nulls_last) if self.is_descending else column.asc(nulls_last=nulls_last)

    def after(self, value: Any) -> Q | None:
        """The rows whose column comes after `value`. None if there can be no such row."""
        if value is None:
            return None
        found = Q(**{f"{self.name}__{'lt' if self.is_descending else 'gt'}": value})
        return found | Q(**{f"{self.name}__isnull": True}) if self.is_nullable else found

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


def paginate(request: Request, rows: QuerySet[M], order: Sequence[str]) -> Page[M]:
    """Return the page of `rows` that the request asks for. One query.

    `order` is written as for `order_by`; its last column must be unique. Raises InvalidCursor, or ValidationError for `limit`.
    """
    limit = _limit(request)
    keys = [_Key.of(rows.model, written) for written in order]
    scope = _scope(request)
    cursor = request.query_params.get("cursor")
    rows = rows.order_by(*(key.order() for key in keys))
    if cursor is not None:
        rows = rows.filter(_after(keys, _values(cursor, scope, len(keys))))
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return Page(found, None)
    values = [attrgetter(key.name.removesuffix(name_order.SUFFIX).replace("__", "."))(found[limit - 1]) for key in keys]
    return Page(found[:limit], _next(request, _sign(values, scope)))


def paginate_numbered(
    request: Request, find: Callable[[int | None, int], Sequence[T]], number: Callable[[T], int]
) -> Page[T]:
    """Return the page of a list that is no query set. It comes in falling order of `number`, which is unique.

    `find` is called with the number of the last entry before and the most entries of the page, and returns one more if there
    is one. Raises InvalidCursor, or ValidationError for `limit`.
    """
    limit, scope = _limit(request), _scope(request)
    cursor = request.query_params.get("cursor")
    before = _values(cursor, scope, 1)[0] if cursor is not None else None
    found = list(find(before, limit))
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], _next(request, _sign([number(found[limit - 1])], scope)))


def paginated(page: Page[Any], body: dict[str, Any]) -> Response:
    """Return the answer for a page: `body`, the address of the next page in it, and the header `Link`."""
    headers = {"Link": f'<{page.next}>; rel="next"'} if page.next else None
    return Response({**body, "next": page.next}, headers=headers)


def _limit(request: Request) -> int:
    given = request.query_params.get("limit")
    if given is None:
        return DEFAULT_LIMIT
    if not (given.isascii() and given.isdecimal() and len(given) < 4 and 1 <= int(given) <= MAX_LIMIT):
        raise ValidationError({"limit": [_("A whole number from 1 to %(max)d is expected.") % {"max": MAX_LIMIT}]})
    return int(given)


def _after(keys: Sequence[_Key], values: Sequence[Any]) -> Q:
    """The rows that come after the row with these values: greater in one column, and equal in those before it."""
    parts, equal = [], Q()
    for key, value in zip(keys, values, strict=True):
        after = key.after(value)
        if after is not None:
            parts.append(equal & after)
        equal &= key.same(value)
    return reduce(lambda one, other: one | other, parts)


def _scope(request: Request) -> str:
    """What a cursor is valid for: the person, the address, and the parameters that choose rows."""
    chosen = sorted((name, values) for name, values in request.query_params.lists() if name not in _OF_THE_PAGE)
    return f"cursor of {request.user.pk} {request.path.rstrip('/')} {chosen}"


def _sign(values: Sequence[Any], scope: str) -> str:
    packed = [{"at": value.isoformat()} if isinstance(value, datetime) else _plain(value) for value in values]
    return signing.Signer(salt=scope).sign_object(packed)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)


def _values(cursor: str, scope: str, count: int) -> list[Any]:
    """Return the values in a cursor. Raises InvalidCursor."""
    try:
        packed = signing.Signer(salt=scope).unsign_object(cursor)
    except signing.BadSignature as error:
        raise InvalidCursor from error
    if len(packed) != count:
        raise InvalidCursor  # made by a release that ordered this list otherwise
    return [datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for value in packed]


def _next(request: Request, cursor: str) -> str:
    query = request.query_params.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"
