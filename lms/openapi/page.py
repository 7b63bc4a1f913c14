"""Show the API's description as a page."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from lms.openapi.document import document

_METHODS = ("get", "post", "put", "patch", "delete")
# The tags are in the order in which a student uses the API. What staff use comes last.
_TAGS = ("account", "courses", "quizzes", "attempts", "review", "teaching")
# Example values by the name of a field or of a path parameter.
_EXAMPLES: dict[str, Any] = {
    "slug": "data-analytics-week-2",
    "response": {"text": "data drift"},
    "answers": {},
    "time_zone": "Asia/Seoul",
    "name": "Kim Minji",
    "language": "ko",
}


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "lms/api_docs.html",
        {
            "info": document()["info"],
            "description": prose(document()["info"]["description"]),
            "tags": operations_by_tag(),
            "schemas": schemas(),
            "site": request.build_absolute_uri("/").rstrip("/"),
        },
    )


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
class Answer:
    """One answer of an operation. `schema` is the name of the schema of its body, or "" if it has none."""

    status: str
    schema: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: SafeString
    request: str
    example: str
    answers: list[Answer]
    refusals: list[str]


@cache
def operations_by_tag() -> dict[str, list[Operation]]:
    tags: dict[str, list[Operation]] = {tag: [] for tag in _TAGS}
    for path, item in document()["paths"].items():
        for method in _METHODS:
            if method in item:
                tags[item[method]["tags"][0]].append(_operation(path, method, item[method]))
    return tags


def _operation(path: str, method: str, spec: dict[str, Any]) -> Operation:
    content = spec.get("requestBody", {}).get("content", {}).get("application/json", {})
    statuses = sorted(spec["responses"])
    return Operation(
        id=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec["summary"],
        description=prose(spec.get("description", "")),
        request=_name(content.get("schema", {})),
        example=_curl(path, method, content.get("schema", {})),
        answers=[_answer(status, spec["responses"][status]) for status in statuses if status < "400"],
        refusals=[status for status in statuses if status >= "400"],
    )


def _answer(status: str, spec: dict[str, Any]) -> Answer:
    content: dict[str, Any] = next(iter(spec.get("content", {}).values()), {})
    return Answer(status, _name(content.get("schema", {})))


def _curl(path: str, method: str, body: dict[str, Any]) -> str:
    """Return a curl command that uses $SITE and $TOKEN, as the quick start sets them."""
    path = re.sub(r"{(\w+)}", lambda part: str(_EXAMPLES.get(part[1], f"${part[1].upper()}")), path)
    words = ["curl", "-sS"]
    if method != "get":
        words += ["-X", method.upper()]
    words.append('-H "X-Session-Token: $TOKEN"')
    if body:
        example = json.dumps(_example(_resolved(body)), ensure_ascii=False)
        words.append(f"-H 'Content-Type: application/json' -d '{example}'")
    return " ".join([*words, f'"$SITE{path}"'])


def _example(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: _EXAMPLES.get(name, _sample(spec)) for name, spec in schema.get("properties", {}).items()}


def _sample(spec: dict[str, Any]) -> Any:
    if spec.get("format") == "uuid":
        return "00000000-0000-0000-0000-000000000000"
    return {"boolean": True, "integer": 1}.get(str(spec.get("type")), "")


@cache
def schemas() -> dict[str, tuple[SafeString, list[Field]]]:
    """Return {name: (description, fields)} of all object schemas. Enums are not included: the types of fields show them."""
    return {
        name: (prose(spec.get("description", "")), _fields(spec))
        for name, spec in document()["components"]["schemas"].items()
        if "properties" in spec
    }


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, _type(spec), name in required, words(spec.get("description", "")))
        for name, spec in schema["properties"].items()
    ]


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = _name(schema)
    found: dict[str, Any] = document()["components"]["schemas"][name] if name else schema
    return found


def _type(spec: dict[str, Any]) -> str:
    """Return a field's type in words: "string (uuid) or null", "list of Choice", "ko | en"."""
    for name in ("oneOf", "anyOf"):
        if name in spec:
            return " or ".join(_type(part) for part in spec[name])
    if "allOf" in spec:
        return _type(spec["allOf"][0])
    if "$ref" in spec:
        target = _resolved(spec)
        # The many types of problems have a page of their own.
        return " | ".join(target["enum"]) if "enum" in target and _name(spec) != "ProblemType" else _name(spec)
    kinds = spec.get("type", "any JSON")
    return " or ".join(_simple_type(kind, spec) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _simple_type(kind: str, spec: dict[str, Any]) -> str:
    if kind == "array":
        return f"list of {_type(spec['items'])}"
    if kind == "object" and isinstance(spec.get("additionalProperties"), dict):
        return f"map of {_type(spec['additionalProperties'])}"
    if "enum" in spec and kind != "null":
        return " | ".join(map(str, spec["enum"]))
    return f"{kind} ({spec['format']})" if "format" in spec and kind != "null" else kind
