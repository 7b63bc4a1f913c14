"""Show the API's description as a page: each operation with its examples, and each schema."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from lms.openapi.document import document
from lms.openapi.fields import Field, is_shown, name_of, prose, schemas, type_of, words

_METHODS = ("get", "post", "put", "patch", "delete")


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "lms/api_docs.html",
        {
            "info": document()["info"],
            "description": prose(document()["info"]["description"]),
            "reference": reference(translation.get_language()),
            "site": request.build_absolute_uri("/").rstrip("/"),
        },
    )


@cache
def reference(language: str) -> SafeString:
    """Return the operations and schemas as HTML in `language`. To render them takes 80 ms of processor time."""
    with translation.override(language):
        return render_to_string("lms/_api_reference.html", {"tags": tags(), "schemas": schemas()})


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of an operation. `schema` is the name of the schema of its body, or "" if it has none."""

    status: str
    description: SafeString
    schema: str
    examples: list[Example]
    links: list[str]

    @property
    def is_refusal(self) -> bool:
        return self.status >= "400"


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: SafeString
    needs_token: bool
    parameters: list[Field]
    request: str
    request_examples: list[Example]
    curl: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    description: str
    operations: list[Operation]


@cache
def tags() -> list[Tag]:
    """Return the operations by their tag, in the order of the document's tags."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document()["tags"]}
    for path, item in document()["paths"].items():
        for method in _METHODS:
            if method in item:
                found[item[method]["tags"][0]].append(_operation(path, method, item[method]))
    return [Tag(tag["name"], tag["description"], found[tag["name"]]) for tag in document()["tags"]]


def _operation(path: str, method: str, spec: dict[str, Any]) -> Operation:
    bodies: dict[str, Any] = spec.get("requestBody", {}).get("content", {})
    kind = next(iter(bodies), "")
    content = bodies.get(kind, {})
    examples = _examples(content)
    return Operation(
        id=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec["summary"],
        description=prose(spec.get("description", "")),
        needs_token=spec["security"] == [{"sessionToken": []}],
        parameters=[_parameter(parameter) for parameter in spec.get("parameters", [])],
        request=name_of(content.get("schema", {})),
        request_examples=examples,
        curl=_curl(path, method, spec, kind, examples),
        answers=[_answer(status, spec["responses"][status]) for status in sorted(spec["responses"])],
    )


def _parameter(spec: dict[str, Any]) -> Field:
    name = spec["name"] if spec["in"] == "path" else f"{spec['name']} ({spec['in']})"
    return Field(name, type_of(spec["schema"]), spec.get("required", False), words(spec.get("description", "")))


def _answer(status: str, spec: dict[str, Any]) -> Answer:
    content: dict[str, Any] = next(iter(spec.get("content", {}).values()), {})
    schema = name_of(content.get("schema", {}))
    shown = schema and is_shown(document()["components"]["schemas"][schema])
    links = [link["operationId"] for link in spec.get("links", {}).values()]
    return Answer(status, words(spec["description"]), schema if shown else "", _examples(content), links)


def _examples(content: dict[str, Any]) -> list[Example]:
    return [
        Example(name, example["summary"], _as_text(example["value"]))
        for name, example in content.get("examples", {}).items()
    ]


def _as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _curl(path: str, method: str, spec: dict[str, Any], kind: str, examples: list[Example]) -> str:
    """Return a curl command that uses $SITE and $TOKEN, as the quick start sets them."""
    values = {parameter["name"]: parameter.get("example") for parameter in spec.get("parameters", [])}
    path = re.sub(r"{(\w+)}", lambda part: str(values.get(part[1]) or f"${part[1].upper()}"), path)
    parts = ["curl", "-sS"]
    if method != "get":
        parts += ["-X", method.upper()]
    if spec["security"]:
        parts.append('-H "X-Session-Token: $TOKEN"')
    if kind == "multipart/form-data":
        parts.append("-F file=@notes.txt")
    elif examples:
        body = json.dumps(json.loads(examples[0].text), ensure_ascii=False)
        parts.append(f"-H 'Content-Type: application/json' -d '{body}'")
    return " ".join([*parts, f'"$SITE{path}"'])
