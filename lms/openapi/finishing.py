"""Finish the document that drf-spectacular has made; `SPECTACULAR_SETTINGS` calls these functions in order."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from lms.openapi import shapes
from questions.schemas import WITHOUT_NUL

# DRF refuses a text of white space only as blank.
_NOT_BLANK = r"^[^\x00]*[^\s\x00][^\x00]*$"
_LARGEST_INT32 = 2**31 - 1


def add_shapes(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the schemas that no serializer describes."""
    schemas = result["components"]["schemas"]
    schemas |= shapes.question_shapes() | shapes.refusal_shapes()
    return result


def write_null_as_type(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Write "or null" of enums and objects as OpenAPI 3.1 does, without a component for null."""
    for node in _nodes(result):
        for name in {"oneOf", "anyOf"} & node.keys():
            node[name] = [_without_wrapper(part) for part in node[name]]
    result["components"]["schemas"].pop("NullEnum", None)
    return result


def _without_wrapper(schema: dict[str, Any]) -> dict[str, Any]:
    if schema == shapes.component("NullEnum"):
        return {"type": "null"}
    parts = schema.get("allOf", [])
    return parts[0] if len(parts) == 1 and len(schema) == 1 else schema


def limit_texts(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say which texts a request may contain: none with NUL, and a blank one only where a field allows it."""
    for name, schema in result["components"]["schemas"].items():
        is_input = name.endswith("Input")
        for node in _nodes(schema):
            is_required = node.pop("minLength", 0) == 1
            if is_input and node.get("type") == "string" and not node.keys() & {"format", "pattern", "enum"}:
                node["pattern"] = _NOT_BLANK if is_required else WITHOUT_NUL
    return result


def name_answers(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Describe each answer that nobody has described by the phrase of its status."""
    for item in result["paths"].values():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                answer["description"] = answer["description"] or HTTPStatus(int(status)).phrase
    return result


def size_integers(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say of every integer how many bits a client needs for it, and of those in addresses and headers that none is negative."""
    for node in _nodes(result["paths"]):
        if node.get("type") == "integer":
            node.setdefault("minimum", 0)
    for node in _nodes(result):
        kind = node.get("type")
        if kind == "integer" or (isinstance(kind, list) and "integer" in kind):
            node["format"] = "int64" if node.get("maximum", 0) > _LARGEST_INT32 else "int32"
    return result


def sort(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Sort schemas by name, and addresses with those of signing in first, so that the file hardly changes."""
    result["components"]["schemas"] = dict(sorted(result["components"]["schemas"].items()))
    result["paths"] = dict(sorted(result["paths"].items()))
    return result


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Yield all mappings inside `part`, itself included."""
    if isinstance(part, dict):
        yield part
        for value in list(part.values()):
            yield from _nodes(value)
    elif isinstance(part, list):
        for value in part:
            yield from _nodes(value)
