"""Validate API answers against docs/openapi.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "openapi.yaml"


@cache
def document() -> dict[str, Any]:
    return yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _to_json_schema(node: Any) -> Any:
    """Convert an OpenAPI 3.0 schema to JSON Schema: replace `nullable`, and forbid undeclared properties."""
    if isinstance(node, list):
        return [_to_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: _to_json_schema(value) for name, value in node.items()}
    if "properties" in node:
        node["additionalProperties"] = False
    if node.pop("nullable", False):
        return {"anyOf": [{"type": "null"}, node]}
    return node


@cache
def _validator(name: str) -> Draft202012Validator:
    components = _to_json_schema(document()["components"])
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def check(name: str, answer: Any) -> None:
    """Raise ValidationError unless `answer` matches the component schema `name`."""
    _validator(name).validate(answer)
