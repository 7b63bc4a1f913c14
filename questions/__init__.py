"""Register the kinds of questions. The package is pure Python and uses neither Django nor the database.

`questions.base` defines what a kind is. Each module in `questions/kinds/` is one kind and is imported
automatically.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from questions import kinds
from questions.base import (
    PENDING,
    WAITS_IN_CHECK,
    Form,
    Kind,
    Outcome,
    Response,
    ResponseError,
    Score,
    Spec,
    SpecError,
    Texts,
)


def find_kinds() -> dict[str, Kind]:
    """Return {name: kind} of the modules in `kinds`, ordered by position."""
    modules = (
        importlib.import_module(f"{kinds.__name__}.{module.name}") for module in pkgutil.iter_modules(kinds.__path__)
    )
    in_order = sorted((module.KIND for module in modules), key=lambda kind: (kind.position, kind.name))
    return {kind.name: kind for kind in in_order}


KINDS: Mapping[str, Kind] = find_kinds()
KIND_NAMES: list[str] = list(KINDS)


def feedback_for(spec: Spec, response: Response, score: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the author's feedback on a response: [{"html": {language: …}, "lesson": "slug#heading"}]."""
    return KINDS[spec["kind"]].feedback(spec, response, score)


__all__ = [
    "KINDS",
    "KIND_NAMES",
    "PENDING",
    "WAITS_IN_CHECK",
    "Form",
    "Kind",
    "Outcome",
    "Response",
    "ResponseError",
    "Score",
    "Spec",
    "SpecError",
    "Texts",
    "feedback_for",
]
