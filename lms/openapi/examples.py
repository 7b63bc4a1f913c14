"""Add examples and links to the operations of the document.

`examples.json` contains what the product answered in the demo's course: `tests/lms/openapi/test_examples.py` records it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from common.cut_bodies import PIECE

_FOLDER = Path(__file__).parent
EXAMPLES = _FOLDER / "examples.json"
# The names of the only request and of the only answer.
USUAL = REQUEST, ANSWER = "request", "answer"


def add_examples(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    known = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for operation in _operations(result):
        found = known.get(operation["operationId"], {})
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path" and parameter["name"] in found.get("path", {}):
                parameter["example"] = found["path"][parameter["name"]]
        _show(operation.get("requestBody", {}), found.get("requests", {}), operation["summary"])
        for status, answers in found.get("answers", {}).items():
            _show(operation["responses"][status], answers, operation["summary"])
    return result


def _show(described: dict[str, Any], examples: dict[str, Any], what: str) -> None:
    for kind, content in described.get("content", {}).items():
        if examples and (kind.endswith("json") or kind in ("multipart/form-data", PIECE)):
            content["examples"] = {
                name: {"summary": _in_words(name, examples[name], what), "value": examples[name]}
                for name in sorted(examples, key=lambda name: name not in USUAL)
            }


def _in_words(name: str, value: Any, what: str) -> str:
    """Say what an example shows: a refusal says it itself, all others belong to `what` the operation does."""
    if isinstance(value, dict) and str(value.get("type", "")).startswith("/problems/"):
        return str(value["title"])
    return what if name in USUAL else f"{what}: {name.replace('_', ' ')}"


def add_links(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    links = yaml.safe_load((_FOLDER / "links.yaml").read_text(encoding="utf-8"))
    for operation in _operations(result):
        for status, targets in links.get(operation["operationId"], {}).items():
            operation["responses"][str(status)]["links"] = {name: _link(target) for name, target in targets.items()}
    return result


def _link(target: dict[str, str]) -> dict[str, Any]:
    values = {name: _expression(value) for name, value in target.items() if name != "to"}
    return {"operationId": target["to"], **({"parameters": values} if values else {})}


def _expression(value: str) -> str:
    return f"$response.body#{value}" if value.startswith("/") else value


def _operations(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in result["paths"].values():
        yield from item.values()
