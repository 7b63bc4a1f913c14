"""Define the numbers of the staff's first page, each once: docs/data-dictionary.md and the page of definitions say the same."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number means. `name` is its anchor; label, unit and text are translated when they are shown.

    `computed_by` is the dotted name of the one function that computes it.
    """

    name: str
    label: Any
    unit: Any
    text: Any
    computed_by: str


_definitions: dict[str, Definition] = {}


def define(definition: Definition) -> str:
    """Add a definition, and return its name."""
    _definitions[definition.name] = definition
    return definition.name


def get_definitions() -> list[Definition]:
    """Return all definitions in the order in which they were added."""
    return list(_definitions.values())
