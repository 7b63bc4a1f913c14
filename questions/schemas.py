"""JSON Schemas of responses, bodies and solutions, from which the API's description is made.

Objects inside have a `title`: their name in the description.
"""

from typing import Any

Schema = dict[str, Any]

# PostgreSQL's text type cannot store NUL.
WITHOUT_NUL = r"^[^\x00]*$"
UUID: Schema = {"type": "string", "format": "uuid"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
POINTS: Schema = {"type": "string", "format": "decimal"}
COUNT: Schema = {"type": "integer", "format": "int32", "minimum": 0}
# The properties of a part of a question that has a text, such as an item to order.
LABELLED: dict[str, Schema] = {
    "uuid": UUID,
    "text": {"type": "string", "description": "Markdown."},
    "html": {"type": "string", "description": "The same text as HTML."},
}


def shape(title: str = "", **properties: Schema) -> Schema:
    """Return the schema of an object that has all of these properties."""
    return {**shape_of_some(title, **properties), **({"required": list(properties)} if properties else {})}


def shape_of_some(title: str = "", **properties: Schema) -> Schema:
    """Return the schema of an object that has any of these properties."""
    return {**({"title": title} if title else {}), "type": "object", "properties": properties}


def list_of(items: Schema, description: str = "") -> Schema:
    return described({"type": "array", "items": items}, description)


def map_of(values: Schema, description: str = "") -> Schema:
    """Return the schema of {uuid of a part: value}."""
    return described({"type": "object", "propertyNames": UUID, "additionalProperties": values}, description)


def answer_of(limit: int, description: str = "") -> Schema:
    """Return the schema of what `questions.base.text_answer` accepts."""
    return described({"type": "string", "maxLength": limit, "pattern": WITHOUT_NUL}, description)


def limit_of(limit: int) -> Schema:
    return described(COUNT, f"The longest answer in characters: {limit:,}.")


def or_null(schema: Schema, description: str = "") -> Schema:
    return described({**schema, "type": [schema["type"], "null"]}, description)


def described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema
