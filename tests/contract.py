"""Validate API answers against docs/openapi.yaml, whose schemas are JSON Schema 2020-12."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "openapi.yaml"


@cache
def document() -> dict[str, Any]:
    return yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _closed(node: Any) -> Any:
    """Return the schema without room for properties that it does not name. Clients must accept them; we must document them."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: _closed(value) for name, value in node.items()}
    return {"additionalProperties": False, **node} if "properties" in node else node


@cache
def _validator(name: str) -> Draft202012Validator:
    components = _closed(document()["components"])
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": components},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def check(name: str, answer: Any) -> None:
    """Raise ValidationError unless `answer` matches the component schema `name`."""
    _validator(name).validate(answer)
