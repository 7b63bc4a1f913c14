"""Schemas of the document that no serializer describes: what the kinds of questions show and take, and refusals."""

from collections.abc import Callable, Mapping
from typing import Any

from common.pages.problem_list import problems_by_slug
from questions import KINDS, Kind

Schemas = dict[str, dict[str, Any]]


def component(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def question_shapes() -> Schemas:
    """Return the schemas of responses, bodies and solutions: each is one object with the properties of all kinds.

    They are not `anyOf` with a schema for each kind: the generators of most languages make one class of that in which every
    property is required (findings/openapi-generator-merges-any-of.sh), and no generator makes a class that survives a new kind.
    """
    found: Schemas = {}
    response = "The answer of a student. What it contains depends on the question's `kind`."
    parts: dict[str, tuple[Callable[[Kind], Mapping[str, Any]], str, dict[str, Any]]] = {
        "QuestionResponse": (lambda kind: kind.response_schema, response, {}),
        "QuestionResponseInput": (lambda kind: kind.response_schema, response, {"additionalProperties": False}),
        "QuestionBody": (lambda kind: kind.body_schema, "What a question shows below its text, by its `kind`.", {}),
        "QuestionSolution": (lambda kind: kind.solution_schema, "The solution of a question, by its `kind`.", {}),
    }
    for name, (shape, text, more) in parts.items():
        properties: Schemas = {}
        for kind in KINDS.values():
            for field, schema in _hoisted(shape(kind), found).get("properties", {}).items():
                properties[field] = _widened(properties.get(field), schema, kind)
        found[name] = {"type": "object", "properties": properties, "description": text, **more}
    return found


def _widened(before: dict[str, Any] | None, schema: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Return a schema for what `before` or `schema` permits. They differ in length only. Its description names the kinds."""
    text = schema.get("description")
    described = f"`{kind.name}`: {text}" if text else f"`{kind.name}`."
    if before is None:
        return {**schema, "description": described}
    same = {name: value for name, value in schema.items() if name not in {"maxLength", "description"}}
    assert same.items() <= before.items(), f"{kind.name} and another kind have different properties of one name."
    longest = {"maxLength": max(before["maxLength"], schema["maxLength"])} if "maxLength" in schema else {}
    return {**same, **longest, "description": f"{before['description']} {described}"}


def _hoisted(schema: Any, found: Schemas) -> Any:
    """Return the schema with references to its parts that have a title, and add these parts to `found` by their title."""
    if isinstance(schema, list):
        return [_hoisted(item, found) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    copied = {name: _hoisted(value, found) for name, value in schema.items()}
    title = copied.pop("title", "") if copied.get("type") == "object" else ""
    if not title:
        return copied
    assert found.setdefault(title, copied) == copied, f"Two shapes are called {title}."
    return component(title)


def refusal_shapes() -> Schemas:
    return {
        "ProblemType": {
            "type": "string",
            "enum": [f"/problems/{slug}" for slug in problems_by_slug()],
            "description": "The address of the page that explains the problem, relative to the site. Accept values that are not "
            "listed: later versions add some.",
        },
        "FieldErrors": {
            "type": "object",
            "description": "What is wrong, by field, in the reader's language. A field inside another one is named after both, "
            "as in `answers.choice`. `non_field_errors`: with the body as a whole.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    }
