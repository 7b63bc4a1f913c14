"""Say in words what the schemas of the document are: names and types of fields, for the page."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString

from lms.openapi.document import document

# Enums with more values than this have a place of their own among the schemas.
_SHOWN_VALUES = 8


def words(text: str) -> SafeString:
    """Return plain text with `code` marks as HTML."""
    return SafeString(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text.strip()))))


def prose(text: str) -> SafeString:
    """Return plain text as HTML paragraphs, with `code` marks as HTML."""
    return SafeString("".join(f"<p>{words(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part))


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool
    description: SafeString


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema of the document: an object with fields, or an enum with values."""

    description: SafeString
    fields: list[Field]
    values: list[str]


@cache
def schemas() -> dict[str, Shape]:
    """Return {name: shape} of all schemas that the page shows."""
    found: dict[str, dict[str, Any]] = document()["components"]["schemas"]
    return {
        name: Shape(prose(spec.get("description", "")), _fields(spec), spec.get("enum", []))
        for name, spec in found.items()
        if is_shown(spec)
    }


def is_shown(spec: dict[str, Any]) -> bool:
    """Whether a schema has a place of its own. What the others are is said where they are used."""
    return spec.get("type") == "object" or len(spec.get("enum", [])) > _SHOWN_VALUES


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, type_of(spec), name in required, words(spec.get("description", "")))
        for name, spec in schema.get("properties", {}).items()
    ]


def name_of(schema: dict[str, Any]) -> str:
    """Return the name of the schema that this one refers to, or ""."""
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def type_of(spec: dict[str, Any]) -> str:
    """Return a type in words: "string (uuid) or null", "list of Choice", "ko | en"."""
    for name in ("oneOf", "anyOf"):
        if name in spec:
            return " or ".join(type_of(part) for part in spec[name])
    if "allOf" in spec:
        return type_of(spec["allOf"][0])
    if "$ref" in spec:
        target = document()["components"]["schemas"][name_of(spec)]
        return name_of(spec) if is_shown(target) else type_of(target)
    kinds = spec.get("type", "any JSON")
    return " or ".join(_simple_type(kind, spec) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _simple_type(kind: str, spec: dict[str, Any]) -> str:
    if kind == "array":
        return f"list of {type_of(spec['items'])}"
    if kind == "object" and isinstance(spec.get("additionalProperties"), dict):
        return f"map of {type_of(spec['additionalProperties'])}"
    if "enum" in spec and kind != "null":
        return " | ".join(map(str, spec["enum"]))
    return f"{kind} ({spec['format']})" if "format" in spec and kind != "null" else kind
