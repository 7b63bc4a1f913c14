"""The schemas of the API's description: which one an answer has, and what a later version of the server may answer."""

import re
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

LATER = "a-value-of-a-later-version"
Schema = dict[str, Any]


class Description:
    """An OpenAPI document."""

    def __init__(self, document: Path) -> None:
        self.document: dict[str, Any] = yaml.safe_load(document.read_text(encoding="utf-8"))

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        """Return the paths as patterns, those without parameters first."""
        ordered = sorted(self.document["paths"].items(), key=lambda item: item[0].count("{"))
        return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), operations) for path, operations in ordered]

    def answer(self, method: str, path: str, status: int, media: str) -> Schema:
        """Return the schema of an answer. Raises LookupError if the document has no such answer."""
        for pattern, operations in self._paths:
            if pattern.fullmatch(path) and method.lower() in operations:
                response = self.resolve(operations[method.lower()]["responses"][str(status)])
                return response["content"][media]["schema"]  # type: ignore[no-any-return]
        raise LookupError(f"The document has no {method} {path}.")

    def resolve(self, schema: Schema) -> Schema:
        """Follow references, and merge what stands beside them or in `allOf`. Of a value that may be null, return the other."""
        while True:
            if "$ref" in schema:
                found: Any = self.document
                for name in schema["$ref"].removeprefix("#/").split("/"):
                    found = found[name]
                schema = {**found, **{name: value for name, value in schema.items() if name != "$ref"}}
            elif "allOf" in schema:
                parts = [self.resolve(part) for part in schema["allOf"]]
                rest = {name: value for name, value in schema.items() if name != "allOf"}
                properties = {name: value for part in parts for name, value in part.get("properties", {}).items()}
                schema = {**{name: value for part in parts for name, value in part.items()}, **rest}
                schema |= {"properties": properties} if properties else {}
            elif other := [
                part for part in schema.get("oneOf") or schema.get("anyOf") or [] if part != {"type": "null"}
            ]:
                schema = other[0]
            else:
                return schema

    def later(self, schema: Schema, value: Any, *, values: bool = True) -> Any:
        """Return what a later server may answer instead: more fields, entries and, with `values`, values of enums.

        A list of what has such values gets one more entry. Only this entry has unknown values, the others stay as they are.
        """
        schema = self.resolve(schema)
        if isinstance(value, str):
            return LATER if values and "enum" in schema else value
        if isinstance(value, list):
            entries = [self.later(schema["items"], entry, values=False) for entry in value]
            last = [self.later(schema["items"], entry, values=True) for entry in value[-1:]]
            return entries if last == entries[-1:] else entries + last
        if not isinstance(value, dict):
            return value
        known: dict[str, Schema] = schema.get("properties", {})
        # Of a map, which has no properties of its own, every value has the same schema.
        others = schema.get("additionalProperties")
        schemas = known if known or not isinstance(others, dict) else dict.fromkeys(value, others)
        read = {k: self.later(schemas[k], v, values=values) if k in schemas else v for k, v in value.items()}
        return {**read, "added_later": {"by": ["a", {"later": "version"}]}} if known else read
