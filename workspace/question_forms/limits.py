"""The limits that the schemas of question kinds have."""

from typing import TypedDict

from questions import Kind
from questions.base import texts_schema

# The longest text in a definition.
TEXT_LIMIT: int = next(iter(texts_schema()["properties"].values()))["maxLength"]


class RowLimits(TypedDict):
    least: int
    most: int


def limits_of(kind: Kind, name: str) -> RowLimits:
    """Return how many rows a list of the kind's definition has."""
    schema = kind.schema["properties"][name]
    return {"least": schema.get("minItems", 0), "most": schema["maxItems"]}
