"""Add allauth's endpoints for apps to the document: operations.yaml says what each takes and answers, schemas.yaml what that is.

What applies to many of them is added here: what a token, a body or the middleware may be refused with.
"""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from common.api.problems import CONTENT_TYPE
from lms.openapi.shapes import component

BASE = "/_allauth/app/v1/"
TAG = "sign-in"
_FOLDER = Path(__file__).parent
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "nobody": [],
    "optional": [{"sessionToken": []}, {}],
    "needed": [{"sessionToken": []}],
}
_DEVICE = "The token of this device, from an earlier sign-in. Wrong passwords of others do not lock it out."
# Refusals of any request with a body.
_OF_BODIES = {
    400: "`malformed`: the body is not JSON.",
    408: "`body-too-slow`.",
    411: "`length-required`.",
    413: "`body-too-large`.",
}
_OF_TOKENS = {
    401: "`not-authenticated`, or `reauthentication-required` where the last password is too long ago.",
    410: "`session-ended`: the token no longer works.",
}
_OF_NEEDLESS_TOKENS = {410: "`session-ended`: a token was sent, and it no longer works. Send none."}


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))


def add_sign_in(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    result["components"]["schemas"] |= _read("schemas.yaml")
    for spec in _read("operations.yaml"):
        method, path = spec["call"].split()
        result["paths"].setdefault(f"{BASE}{path}", {})[method.lower()] = _operation(spec)
    return result


def _operation(spec: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": spec["id"],
        "summary": spec["summary"],
        "description": spec["description"],
        "tags": [TAG],
        "security": _SECURITY[spec["token"]],
        "parameters": _parameters(spec),
        "responses": {**_answers(spec), **_refusals(spec)},
    }
    if "body" in spec:
        schema = component(spec["body"])
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _parameters(spec: dict[str, Any]) -> list[dict[str, Any]]:
    headers = [(name, text, True) for name, text in spec.get("header", {}).items()]
    if spec.get("device"):
        headers.append(("X-Device-Token", _DEVICE, False))
    return [
        {"in": "header", "name": name, "description": text, "required": required, "schema": {"type": "string"}}
        for name, text, required in headers
    ]


def _answers(spec: dict[str, Any]) -> dict[str, Any]:
    headers = {"X-Device-Token": {"schema": {"type": "string"}, "description": "Keep it, also after signing out."}}
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            **({"headers": headers} if spec.get("device") else {}),
            "content": {"application/json": {"schema": component(name)}},
        }
        for status, name in spec["answers"].items()
    }


def _refusals(spec: dict[str, Any]) -> dict[str, Any]:
    reasons: dict[int, str] = dict(spec.get("refusals", {}))
    of_tokens = _OF_TOKENS if _SECURITY[spec["token"]] else _OF_NEEDLESS_TOKENS
    common = {**of_tokens, **(_OF_BODIES if "body" in spec else {})}
    for status, reason in common.items():
        reasons[status] = f"{reasons[status]} {reason}" if status in reasons else reason
    return {str(status): _refusal(status, reasons[status]) for status in sorted(reasons)}


def _refusal(status: int, reason: str) -> dict[str, Any]:
    schema = "Problem" if status in (408, 411, 413) else "SignInProblem"
    refusal: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: {reason}",
        "content": {CONTENT_TYPE: {"schema": component(schema)}},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = {"type": "integer", "minimum": 1}
        refusal["headers"] = {"Retry-After": {"schema": seconds, "description": "Seconds."}}
    return refusal
