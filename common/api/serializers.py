"""Validate API requests and build API answers from declared fields. The OpenAPI schema is made from the same fields."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any

from rest_framework import serializers

# (name in the answer, function that reads the value from an object, function that converts the value, or None)
_Shape = tuple[str, Callable[[Any], Any], Callable[[Any], Any] | None]


def _moment(value: datetime) -> str:
    """Return ISO 8601 in UTC. Apps convert it to the time zone of their device."""
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
    """Validate a request against the declared fields.

    DRF copies all fields for each instance of a serializer. To save this time, `read` uses one instance for each class.
    """

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """Return the validated values. Raises ValidationError."""
        values: dict[str, Any] = _reader(cls).run_validation(data)
        return values


@cache
def _reader(serializer: type[InputSerializer]) -> InputSerializer:
    return serializer()


class OutputSerializer(serializers.Serializer[Any]):
    """Build an answer from the declared fields only. Values are read from attributes; `source` may contain dots.

    DRF creates and copies all fields for each instance. That took longer than the rest of a request. `shape` uses a plan that is
    made once for each class. Load all relations that it reads before calling it, so that it runs no query.
    """

    getter: Callable[[str], Callable[[Any], Any]] = attrgetter

    @classmethod
    def shape(cls, instance: Any) -> dict[str, Any]:
        """Return {field name: value} of one object, with values that JSON can express."""
        shaped = {}
        for name, get, convert in _plan(cls):
            value = get(instance)
            shaped[name] = value if convert is None or value is None else convert(value)
        return shaped

    @classmethod
    def shape_all(cls, instances: Iterable[Any]) -> list[dict[str, Any]]:
        return [cls.shape(instance) for instance in instances]


class MappingOutput(OutputSerializer):
    """Build an answer from a mapping, such as the value of a JSON column. Every declared field must be a key of it."""

    getter = itemgetter
