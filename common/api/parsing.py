"""Parse requests to the API (JSON of a bounded size that the database can store) and always answer in JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

# Nested lists and objects; a request needs four levels.
MAX_DEPTH = 32


class JSONParser(BaseParser):
    """Parse UTF-8 JSON. Unlike DRF's parser, which reads the stream, it respects DATA_UPLOAD_MAX_MEMORY_SIZE."""

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
    """DRF's multipart parser with a translated error message."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise ParseError(_("The body is not multipart/form-data with a boundary.")) from error


def read_json(body: bytes) -> Any:
    """Return the parsed `body`. Raises ValueError if it is not JSON in UTF-8, or cannot be stored in a database."""
    try:
        data = json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    # Python parses deeper nesting, but serializing it again exceeds the recursion limit.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise ValueError("It is nested too deeply.")
    if b"\\u" in body:
        # A lone surrogate is valid JSON but cannot be encoded in UTF-8.
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


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


class AlwaysJSON(DefaultContentNegotiation):
    """Choose JSON whatever the Accept header says: no request is refused for it, and no time is spent on negotiation."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)
