"""Build JSON answers from parts that are encoded already, so that what all readers see alike is encoded once."""

import json
from collections.abc import Container, Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer

_RENDERER = JSONRenderer()
# A fifth of the renderer's time for an object of a few texts and numbers.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(value: Any) -> bytes:
    """Return the JSON of `value` as every other answer of the API has it."""
    encoded: bytes = _RENDERER.render(value)
    return encoded


def encode_without(value: Mapping[str, Any], left_out: Container[str]) -> bytes:
    """Return the JSON of an object without the members `left_out`. At least one other must remain."""
    return encode({name: member for name, member in value.items() if name not in left_out})


def with_members(shared: bytes, own: Mapping[str, Any]) -> bytes:
    """Return an encoded object with the members of `shared`, which is encoded and has at least one, and those of `own`.

    The values of `own` are of types that JSON has.
    """
    return b"%b,%b" % (shared[:-1], _ENCODER.encode(own)[1:].encode())


def with_list(shared: bytes, name: str, items: Iterable[bytes]) -> bytes:
    """Return an encoded object with the members of `shared`, as `with_members`, and a list of encoded items."""
    return b'%b,"%b":[%b]}' % (shared[:-1], name.encode(), b",".join(items))


def answer(body: bytes) -> HttpResponse:
    """Return the answer with an encoded body."""
    return HttpResponse(body, content_type=JSONRenderer.media_type)
