"""Parse the JSON bodies of API requests within limits, and choose JSON for every answer."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

# The deepest nesting of lists and objects that is accepted. The requests of the API need four levels.
MAX_DEPTH = 32
_INT64 = 2**63


class JSONParser(BaseParser):
    """Parse UTF-8 JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes. DRF's parser reads the stream, which has no limit."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body: bytes = stream.body if isinstance(stream, HttpRequest) else stream.read()
        try:
            return read_json(body)
        except ValueError as error:
            raise ParseError(_("The body is not JSON in UTF-8.")) from error


class FormParser(MultiPartParser):
    """Parse multipart/form-data as DRF does, with a translated error message."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise ParseError(_("The body is not multipart/form-data with a boundary.")) from error


def read_json(body: bytes) -> Any:
    """Return the parsed `body`.

    Raises ValueError if it is not JSON in UTF-8, is nested more than MAX_DEPTH levels deep, or contains a lone surrogate or a
    number that no column can hold.
    """
    try:
        data = json.loads(body.decode(), parse_constant=_refuse_constant, parse_int=_read_int, parse_float=_read_float)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    # Python parses deeper nesting, but serializing it again exceeds the recursion limit.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise ValueError("It is nested too deeply.")
    if b"\\u" in body:
        # A lone surrogate is valid JSON, but it cannot be encoded in UTF-8, so the database cannot store it.
        json.dumps(data, ensure_ascii=False).encode()
    return data


def _depth(data: Any) -> int:
    deepest, open_values = 0, [(data, 1)]
    while open_values:
        value, depth = open_values.pop()
        if isinstance(value, dict | list):
            deepest = max(deepest, depth)
            open_values += [(inner, depth + 1) for inner in (value.values() if isinstance(value, dict) else value)]
    return deepest


def _read_int(digits: str) -> int:
    number = int(digits)
    if not -_INT64 <= number < _INT64:
        raise ValueError(f"{digits} has more than 64 bits.")
    return number


def _read_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits} is too large.")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


class AlwaysJSON(DefaultContentNegotiation):
    """Use the first renderer (JSON) for every answer.

    The Accept header is ignored, so no request is refused because of it, and no time is spent on it. A view that has something
    beside JSON asks `prefers`.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


# What most apps send. Anything else is read according to its weights, which takes as long as a query.
_WANTS_JSON = ("*/*", "application/json")


def prefers(request: Request, media_type: str) -> bool:
    """Return whether the Accept header prefers `media_type` to JSON. The answer needs `Vary: Accept`."""
    if request.META.get("HTTP_ACCEPT", "*/*") in _WANTS_JSON:
        return False
    preferred: str | None = request.get_preferred_type(["application/json", media_type])
    return preferred == media_type
