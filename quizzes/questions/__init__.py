"""Owns the kinds of questions: pure Python, no Django, no database.

`quizzes.questions.base` says what a kind is; each module in `quizzes/questions/kinds/` is one, found by being there.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from quizzes.questions import kinds
from quizzes.questions.base import (
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


def _found() -> dict[str, Kind]:
    modules = (
        importlib.import_module(f"{kinds.__name__}.{found.name}") for found in pkgutil.iter_modules(kinds.__path__)
    )
    in_order = sorted((module.KIND for module in modules), key=lambda kind: (kind.position, kind.name))
    return {kind.name: kind for kind in in_order}


KINDS: Mapping[str, Kind] = _found()
KIND_NAMES: list[str] = list(KINDS)


def feedback_for(spec: Spec, response: Response, score: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What to say about an answer, from the key: [{"html": {language: …}, "lesson": "slug#heading"}]."""
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
