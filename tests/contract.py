"""The committed schema as a contract: an answer that is not what docs/openapi.yaml says fails the test."""

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
    """OpenAPI 3.0 says `nullable`, JSON Schema a type; and no answer may hold a name that is not declared."""
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
    """Raise ValidationError unless `answer` is what the schema says under `name`."""
    _validator(name).validate(answer)
