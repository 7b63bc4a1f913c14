"""Validate API answers against docs/openapi.yaml, whose schemas are JSON Schema 2020-12."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

# libyaml's reader, where PyYAML has it. Each process of the tests reads the document while it collects them.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "openapi.yaml"


@cache
def document() -> dict[str, Any]:
    return yaml.load(SCHEMA.read_text(encoding="utf-8"), LOADER)  # type: ignore[no-any-return]


def _closed(node: Any) -> Any:
    """Return the schema without room for properties that it does not name. Clients must accept them; we must document them."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: _closed(value) for name, value in node.items()}
    return {"additionalProperties": False, **node} if "properties" in node else node


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return {operationId: (method, path, operation)}."""
    return {
        spec["operationId"]: (method.upper(), path, spec)
        for path, item in document()["paths"].items()
        for method, spec in item.items()
    }


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(
        {**_closed(json.loads(schema)), "components": _closed_components()},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


@cache
def _closed_components() -> Any:
    return _closed(document()["components"])


def check_content(content: dict[str, Any], value: Any) -> None:
    """Raise ValidationError unless `value` matches the schema of this entry of `content`."""
    _validator(json.dumps(content["schema"])).validate(value)


def check(name: str, answer: Any) -> None:
    """Raise ValidationError unless `answer` matches the component schema `name`."""
    check_content({"schema": {"$ref": f"#/components/schemas/{name}"}}, answer)
