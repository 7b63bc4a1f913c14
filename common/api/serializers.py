"""Validate the API's requests and build its answers from declared fields, which the schema reads too."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any

from rest_framework import serializers

_Shape = tuple[str, Callable[[Any], Any], Callable[[Any], Any] | None]


def _moment(value: datetime) -> str:
    """ISO 8601 in UTC: an app shows it in the zone of its device."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(value: date) -> str:
    return value.isoformat()


def _decimal(value: Decimal | str) -> str:
    return f"{Decimal(value):.2f}"


def _converter(field: serializers.Field[Any, Any, Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, OutputSerializer):
        return type(field).shape
    if isinstance(field, serializers.ListSerializer) and isinstance(field.child, OutputSerializer):
        return type(field.child).shape_all
    return next((convert for kinds, convert in _CONVERTERS if isinstance(field, kinds)), None)


# The first entry that matches a field's class is used. Values of other fields are not converted.
_CONVERTERS: list[tuple[tuple[type, ...], Callable[[Any], Any]]] = [
    ((serializers.DateTimeField,), _moment),
    ((serializers.DateField,), _day),
    ((serializers.DecimalField,), _decimal),
    ((serializers.UUIDField, serializers.CharField, serializers.ChoiceField), str),
]


@cache
def _plan(serializer: type["OutputSerializer"]) -> list[_Shape]:
    return [
        (name, serializer.getter(field.source or name), _converter(field))
        for name, field in serializer._declared_fields.items()
    ]


class InputSerializer(serializers.Serializer[Any]):
    """What a request holds. DRF copies every field for each use; `read` has one instance of each class do it all."""

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """The validated values. Raises ValidationError."""
        values: dict[str, Any] = _reader(cls).run_validation(data)
        return values


@cache
def _reader(serializer: type[InputSerializer]) -> InputSerializer:
    return serializer()


class OutputSerializer(serializers.Serializer[Any]):
    """What leaves the API: the declared fields and nothing else, read from attributes (`source` may have dots).

    DRF builds and copies every field for each use; that took longer than everything else in an answer. `shape` works
    from a plan made once for each class. It asks the database nothing: what it reads has been loaded.
    """

    getter: Callable[[str], Callable[[Any], Any]] = attrgetter

    @classmethod
    def shape(cls, instance: Any) -> dict[str, Any]:
        shaped = {}
        for name, get, convert in _plan(cls):
            value = get(instance)
            shaped[name] = value if convert is None or value is None else convert(value)
        return shaped

    @classmethod
    def shape_all(cls, instances: Iterable[Any]) -> list[dict[str, Any]]:
        return [cls.shape(instance) for instance in instances]


class MappingOutput(OutputSerializer):
    """The same, read from a mapping, such as what a JSON column holds. Every declared name must be in it."""

    getter = itemgetter
