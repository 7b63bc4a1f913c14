"""Owns how the API reads a request: JSON, of a bounded size, that the database can hold; and answers in JSON."""

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

# Levels of lists and objects within each other; a request needs four.
MAX_DEPTH = 32


class JSONParser(BaseParser):
    """UTF-8 JSON. Unlike DRF's own it honours DATA_UPLOAD_MAX_MEMORY_SIZE, which reading the stream goes around."""

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
    """DRF's, which says in English only what is wrong with a form."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise ParseError(_("The body is not multipart/form-data with a boundary.")) from error


def read_json(body: bytes) -> Any:
    """What `body` holds. Raises ValueError unless it is JSON in UTF-8 that Python can hold and a database store."""
    try:
        data = json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    # Python could read much more, but then fails where it writes it again.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise ValueError("It is nested too deeply.")
    if b"\\u" in body:
        # A lone surrogate is JSON, but no text: UTF-8 has no way to write it.
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
    """There is one form of answer, so that no Accept header is refused, nor weighed at every request."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)
