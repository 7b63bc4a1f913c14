"""Validate values with a JSON Schema and explain what is wrong."""

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

# A message shows at most this many characters of a value.
_SHOWN = 80


@cache
def _validator_class() -> "type[Validator]":
    # Imported when used, because only a save in the admin and the commands validate: 3 MB in every other process.
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    types = Draft202012Validator.TYPE_CHECKER

    def is_number(_checker: object, value: Any) -> bool:
        # Python's JSON and YAML parsers accept NaN and the infinities as numbers, but JSON and databases do not.
        is_finite = not isinstance(value, float) or math.isfinite(value)
        return is_finite and types.is_type(value, "number")

    return extend(Draft202012Validator, type_checker=types.redefine("number", is_number))  # type: ignore[no-untyped-call, no-any-return]


@cache
def get_validator(path: Path, definition: str) -> "Validator":
    """Return a validator for `definition` of the schema file `path`."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    return _validator_class()({"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]})


def compiled(schema: Mapping[str, Any]) -> "Validator":
    """Return a validator for `schema`."""
    return _validator_class()(schema)


def faults(value: Any, *, schema: Path, definition: str) -> list[str]:
    """Return one sentence for each error of `value` against `definition` of the schema file; [] if it is valid."""
    errors = get_validator(schema, definition).iter_errors(value)
    return [message for error in errors for message, _key in explain_error(error)]


def faults_by(value: Any, schema: "Mapping[str, Any] | Validator") -> list[str]:
    """Return one sentence for each error of `value` against `schema`, prefixed with the path of the error if it has one.

    `schema` is a schema, or what `compiled` made of it: for many values, that takes a fifth of the time.
    """
    validator = compiled(schema) if isinstance(schema, Mapping) else schema
    return [
        f"{'.'.join(str(step) for step in error.absolute_path)}: {message}" if error.absolute_path else message
        for error in validator.iter_errors(value)
        for message, _key in explain_error(error)
    ]


def explain_error(error: Any) -> list[tuple[str, str]]:
    """Return [(sentence, key)] for a ValidationError of jsonschema.

    `key` is the unknown key of the object at the error's path, or "" for every other error.
    """
    value, limit = error.instance, error.validator_value
    name = error.absolute_path[-1] if error.absolute_path else ""
    if error.validator == "additionalProperties":
        unknown = [key for key in value if key not in error.schema.get("properties", {})]
        return [(_("“%(key)s” is not a name of this format.") % {"key": key}, key) for key in unknown]
    if error.validator == "required":
        missing = [key for key in limit if key not in value and f"'{key}'" in error.message]
        return [(_("“%(key)s” is missing.") % {"key": key}, "") for key in missing]
    if error.validator == "dependentRequired":
        lacking = {key for name, needed in limit.items() if name in value for key in needed if key not in value}
        return [(_("“%(key)s” is missing.") % {"key": key}, "") for key in sorted(lacking)]
    if error.validator == "not":
        return [(_("“%(name)s” does not belong here.") % {"name": name}, "")]
    values = {"name": name, "value": _shown(value), "limit": _shown(limit)}
    sentence = {
        "type": _wanted(limit, value),
        "enum": _("%(value)s is none of %(limit)s."),
        "const": _("%(limit)s is expected, not %(value)s."),
        "pattern": _("%(value)s does not have the form that “%(name)s” requires."),
        "minLength": _("“%(name)s” is empty."),
        "maxLength": _("“%(name)s” is longer than %(limit)s characters."),
        "minItems": _("“%(name)s” has fewer than %(limit)s entries."),
        "maxItems": _("“%(name)s” has more than %(limit)s entries."),
        "minProperties": _("“%(name)s” is empty."),
        "uniqueItems": _("“%(name)s” names something twice."),
        "minimum": _("%(value)s is less than %(limit)s."),
        "exclusiveMinimum": _("%(value)s is not more than %(limit)s."),
        "maximum": _("%(value)s is more than %(limit)s."),
        "multipleOf": _("%(value)s has more decimals than are kept."),
    }.get(str(error.validator))
    return [(sentence % values if sentence else error.message, "")]


def _wanted(limit: Any, value: Any) -> str:
    wanted = str(limit[0] if isinstance(limit, list) else limit)
    if wanted == "string" and isinstance(value, bool | int | float):
        return _("%(value)s is a number or a switch where text is expected: put it in quotes.")
    sentences: dict[str, str] = {
        "string": _("Text is expected for “%(name)s”."),
        "integer": _("A whole number is expected for “%(name)s”, not %(value)s."),
        "number": _("A number is expected for “%(name)s”, not %(value)s."),
        "boolean": _("true or false is expected for “%(name)s”, not %(value)s."),
        "array": _("A list is expected for “%(name)s”."),
        "object": _("Names with values are expected for “%(name)s”."),
    }
    return sentences.get(wanted, _("%(value)s does not have the type that “%(name)s” requires."))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
