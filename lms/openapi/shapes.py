"""Schemas of the document that no serializer describes: what the kinds of questions show and take, and refusals."""

from collections.abc import Mapping
from typing import Any

from common.api.problem_list import problems_by_slug
from questions import KINDS, Kind

Schemas = dict[str, dict[str, Any]]


def component(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def question_shapes() -> Schemas:
    """Return the schemas of responses, bodies and solutions: one for each kind of question, and one of them together.

    Those together are `anyOf`, not `oneOf`: `{"text": "…"}` is a response to three kinds. `kind` says which one is meant.
    """
    together = {
        "QuestionResponse": "The answer of a student, in the form of the question's `kind`.",
        "QuestionResponseInput": "The answer of a student, in the form of the question's `kind`.",
        "QuestionBody": "What a question shows below its text, in the form of its `kind`.",
        "QuestionSolution": "The solution of a question, in the form of its `kind`.",
    }
    found: Schemas = {
        name: {"anyOf": [component(_name(kind, name)) for kind in KINDS.values()], "description": text}
        for name, text in together.items()
    }
    for kind in KINDS.values():
        shapes = {
            "QuestionResponse": kind.response_schema,
            "QuestionResponseInput": {**kind.response_schema, "additionalProperties": False},
            "QuestionBody": kind.body_schema,
            "QuestionSolution": kind.solution_schema,
        }
        for name, shape in shapes.items():
            found[_name(kind, name)] = {
                **_hoisted(shape, found),
                "description": f"Of a question of kind `{kind.name}`.",
            }
    return found


def _name(kind: Kind, name: str) -> str:
    """Return the name of a kind's schema: "FillInBody" for "QuestionBody"."""
    return "".join(word.capitalize() for word in kind.name.split("_")) + name.removeprefix("Question")


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
            "description": "What is wrong, by field, in the reader's language. `non_field_errors`: with the body as a whole.",
            "additionalProperties": {
                "anyOf": [{"type": "array", "items": {"type": "string"}}, component("FieldErrors")]
            },
        },
    }
