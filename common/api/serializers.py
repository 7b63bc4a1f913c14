"""Validate API requests and build API answers from declared fields. The OpenAPI schema is made from the same fields."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

# (name in the answer, function that reads the value from an object, function that converts the value, or None)
_Shape = tuple[str, Callable[[Any], Any], Callable[[Any], Any] | None]


def moment(value: datetime) -> str:
    """Return ISO 8601 in UTC. Apps convert it to the time zone of their device."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(value: date) -> str:
    return value.isoformat()


def _clock(value: time) -> str:
    return f"{value:%H:%M}"


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
    ((serializers.DateTimeField,), moment),
    ((serializers.DateField,), _day),
    ((serializers.TimeField,), _clock),
    ((serializers.DecimalField,), _decimal),
    ((serializers.UUIDField, serializers.CharField, serializers.ChoiceField), str),
]


@cache
def _plan(serializer: type["OutputSerializer"]) -> list[_Shape]:
    return [
        (name, serializer.getter(field.source or name), _converter(field))
        for name, field in serializer._declared_fields.items()
    ]


@dataclass(frozen=True, slots=True)
class _JSONType:
    """What a value of JSON must be. `kinds` are exact: in Python True is an int."""

    kinds: tuple[type, ...]
    refusal: StrOrPromise
    item: "_JSONType | None" = None

    def fits(self, value: Any) -> bool:
        if type(value) not in self.kinds:
            return False
        if self.item is None:
            return True
        items = value.values() if isinstance(value, dict) else value
        return all(item is None or self.item.fits(item) for item in items)


_TEXT = _JSONType((str,), gettext_lazy("A JSON string is expected."))
_UNKNOWN = _JSONType((), "")
# The first entry that matches a field's class is used. Fields of other classes check the type themselves.
_JSON_TYPES: list[tuple[tuple[type, ...], _JSONType]] = [
    ((serializers.BooleanField,), _JSONType((bool,), gettext_lazy("true or false is expected."))),
    ((serializers.IntegerField,), _JSONType((int,), gettext_lazy("A whole number is expected."))),
    ((serializers.FloatField,), _JSONType((int, float), gettext_lazy("A number is expected."))),
    (
        (
            serializers.CharField,
            serializers.UUIDField,
            serializers.DateField,
            serializers.DateTimeField,
            serializers.TimeField,
            serializers.DecimalField,
        ),
        _TEXT,
    ),
]


def _json_type(field: serializers.Field[Any, Any, Any, Any]) -> _JSONType | None:
    if isinstance(field, serializers.ChoiceField):
        return _TEXT if all(isinstance(value, str) for value in field.choices) else None
    if isinstance(field, serializers.ListField | serializers.DictField):
        item = _json_type(field.child)
        container = list if isinstance(field, serializers.ListField) else dict
        return item and _JSONType((container,), item.refusal, item)
    return next((expected for kinds, expected in _JSON_TYPES if isinstance(field, kinds)), None)


@cache
def _types(serializer: type["InputSerializer"]) -> dict[str, _JSONType | None]:
    return {name: _json_type(field) for name, field in serializer._declared_fields.items() if not field.read_only}


class InputSerializer(serializers.Serializer[Any]):
    """Validate a request against the declared fields. Refuse fields that are not declared and values of another JSON type.

    DRF ignores unknown fields, so a misspelt one would seem to be accepted, and it takes 0 for "0" and "yes" for true.
    DRF copies all fields for each instance of a serializer. To save this time, `read` uses one instance for each class.
    """

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """Return the validated values. Raises ValidationError."""
        values: dict[str, Any] = _reader(cls).run_validation(data)
        return values

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            errors = self._errors_of_shape(data)
            if errors:
                raise ValidationError({**self._other_errors(data, errors), **errors})
        return super().to_internal_value(data)

    def _errors_of_shape(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        known = _types(type(self))
        is_form = isinstance(data, QueryDict)  # all values of a form are texts or files
        errors = {}
        for name, value in data.items():
            expected = known.get(name, _UNKNOWN)
            if expected is _UNKNOWN:
                errors[str(name)] = [_("There is no such field.")]
            elif expected is not None and value is not None and not is_form and not expected.fits(value):
                errors[name] = [str(expected.refusal)]
        return errors

    def _other_errors(self, data: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        """What else is wrong, so that one answer says everything."""
        rest = {name: value for name, value in data.items() if name not in found}
        try:
            super().to_internal_value(rest)
        except ValidationError as error:
            return {name: errors for name, errors in error.detail.items() if name not in found}  # type: ignore[union-attr]
        return {}


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
