"""Describe in the OpenAPI schema what all operations share: headers, conditions and the refusals of the conventions.

Views list only the refusals of their own rules. `docs/api-conventions.md` says the same in words.
"""

from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from common.api import lifecycle
from common.api.openapi import ProblemSerializer
from common.api.problems import CONTENT_TYPE
from common.api.serializers import InputSerializer

_TEXT = {"type": "string"}
_READS = ("GET",)
# Refusals of every request, of one with a body, of a write, and of a POST (see `Idempotency-Key`).
_ALWAYS, _WITH_BODY, _OF_WRITES, _OF_POSTS = (400, 401, 429), (408, 411, 413, 415), (412,), (409, 422)
_ETAG = {
    "ETag": {
        "schema": _TEXT,
        "description": "The state of the resource, for `If-None-Match` and `If-Match`.",
    }
}
_DEPRECATION = {
    "Deprecation": {"schema": _TEXT, "description": "Since when (RFC 9745): `@` and seconds since 1970."},
    "Sunset": {"schema": _TEXT, "description": "When the operation goes away (RFC 8594)."},
}
_RETRY_AFTER = {
    "Retry-After": {"schema": {"type": "integer", "format": "int32", "minimum": 1}, "description": "Seconds."}
}


def _header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"in": "header", "name": name, "schema": {**_TEXT, **schema}, "description": description}


_IF_NONE_MATCH = _header("If-None-Match", "The ETag of the answer that the client has. 304 if it is still current.")
_IF_MATCH = _header(
    "If-Match",
    "The ETag of the state that the change is meant for. Refused with `precondition-failed` if it is another.",
)
_KEY = _header(
    "Idempotency-Key",
    "A random name of this request, kept for 24 hours. Sent again with the same body, the first answer comes again.",
    minLength=1,
    maxLength=255,
    pattern="^[!-~]+$",
)


class OperationSchema(AutoSchema):
    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            self._add_parameters(operation)
            self._add_responses(operation)
        return operation

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        """Say of the objects in requests that they have no other fields. Those in answers may get more: see the policy."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, InputSerializer):
            schema["additionalProperties"] = False
        return schema

    def is_deprecated(self) -> bool:
        return lifecycle.find_deprecation(type(self.view), self.method) is not None

    def _add_parameters(self, operation: dict[str, Any]) -> None:
        added = [_IF_NONE_MATCH if self.method in _READS else _IF_MATCH]
        if self.method == "POST":
            added.append(_KEY)
        operation["parameters"] = [*operation.get("parameters", []), *added]

    def _add_responses(self, operation: dict[str, Any]) -> None:
        responses = operation["responses"]
        codes = [*_ALWAYS]
        if "requestBody" in operation:
            codes += _WITH_BODY
        if self.method not in _READS:
            codes += _OF_WRITES
        if self.method == "POST":
            codes += _OF_POSTS
        for code in codes:
            responses.setdefault(str(code), self._refusal(code))
        responses["429"].setdefault("headers", {}).update(_RETRY_AFTER)
        for code, response in responses.items():
            if code == "200" and self._has_tag():
                response.setdefault("headers", {}).update(_ETAG)
            if code < "300" and self.is_deprecated():
                response.setdefault("headers", {}).update(_DEPRECATION)
            if self.method == "POST" and code < "300":
                response.setdefault("headers", {})["Idempotent-Replayed"] = {
                    "schema": _TEXT,
                    "description": "`true`: this is the first answer to a request that was sent again.",
                }
        if self.method in _READS:
            responses["304"] = {"description": "The client has the current state.", "headers": _ETAG}
        operation["responses"] = dict(sorted(responses.items()))

    def _has_tag(self) -> bool:
        return self.method in _READS or (self.method in ("PUT", "PATCH") and hasattr(self.view, "get"))

    def _refusal(self, code: int) -> dict[str, Any]:
        described = OpenApiResponse(ProblemSerializer, description=HTTPStatus(code).phrase)
        found: dict[str, Any] = self._get_response_for_code(described, str(code), [CONTENT_TYPE])  # type: ignore[no-untyped-call]
        return found
